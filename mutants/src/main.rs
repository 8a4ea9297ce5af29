//! Changes a program in every small way of a few kinds, each change behind a switch of its own, so
//! that one build holds them all.
//!
//! ```text
//! countersign-mutants SKIP LIST FILE...
//! ```
//!
//! Rewrites the files in place: give it a copy. Every change gets a number, and happens where
//! `crate::mutant(number)` is true, which the caller has to define in every crate. LIST receives a line for each
//! change: number, file and line, function, kind, and what is changed, separated by tabs. SKIP is a
//! file of numbers to leave out, for changes that do not compile.
//!
//! The kinds: a condition or guard is always true or always false; an operator is another; a
//! statement is missing; an arm of a `match` is missing; a negation is missing; a function returns at
//! once. Tests, constants, macros, `Debug` and what hands over to AWS-LC are left alone, and `const`
//! functions that are changed are `const` no more.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::*;

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: countersign-mutants SKIP LIST FILE...");
    let (skip, list) = (next()?, next()?);
    let skip = fs::read_to_string(skip)?;
    let skip = skip.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
    let mut changes =
        Changes { number: 0, skip, file: String::new(), path: Vec::new(), list: Vec::new() };
    for path in arguments {
        let mut file = parse_file(&fs::read_to_string(&path)?)?;
        changes.file.clone_from(&path);
        changes.visit_file_mut(&mut file);
        fs::write(&path, prettyplease::unparse(&file))?;
    }
    changes.list.push(String::new());
    fs::write(list, changes.list.join("\n"))?;
    Ok(())
}

struct Changes {
    /// Of the last change.
    number: u32,
    skip: BTreeSet<u32>,
    file: String,
    /// Where the visit is: types and functions.
    path: Vec<String>,
    list: Vec<String>,
}

/// Methods whose closure decides.
const DECIDING: [&str; 12] = [
    "all",
    "any",
    "filter",
    "find",
    "is_none_or",
    "is_ok_and",
    "is_some_and",
    "position",
    "retain",
    "skip_while",
    "take_if",
    "take_while",
];

impl Changes {
    /// Registers a change, and returns the expression that tells whether it is switched on.
    fn switch(&mut self, span: Span, kind: &str, what: &str) -> Option<Expr> {
        self.number += 1;
        if self.skip.contains(&self.number) {
            return None;
        }
        let what: String =
            what.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
        let (number, line) = (self.number, span.start().line);
        let (file, path) = (&self.file, self.path.join("::"));
        self.list.push(format!("{number}\t{file}:{line}\t{path}\t{kind}\t{what}"));
        let number = LitInt::new(&number.to_string(), Span::call_site());
        Some(parse_quote!(crate::mutant(#number)))
    }

    /// Makes a condition always false, or always true.
    fn condition(&mut self, condition: &mut Expr, span: Span, original: &str) {
        let never = self.switch(span, "never", original);
        if binds(condition) {
            if let Some(never) = never {
                *condition = parse_quote!(!#never && #condition);
            }
            return;
        }
        if let Some(always) = self.switch(span, "always", original) {
            *condition = parse_quote!(#always || (#condition));
        }
        if let Some(never) = never {
            *condition = parse_quote!(!#never && (#condition));
        }
    }

    fn function(&mut self, signature: &mut Signature, block: &mut Block) {
        self.path.push(signature.ident.to_string());
        let before = self.list.len();
        visit_mut::visit_block_mut(self, block);
        for value in results(&signature.output) {
            let text = value.to_token_stream().to_string();
            let is_body = matches!(&block.stmts[..], [Stmt::Expr(body, None)] if *body == value);
            if !is_body && let Some(switch) = self.switch(signature.ident.span(), "returns", &text)
            {
                block.stmts.insert(0, parse_quote!(if #switch { return #value; }));
            }
        }
        if self.list.len() > before {
            signature.constness = None;
        }
        self.path.pop();
    }
}

/// The guard of an arm as text; empty where there is none.
fn guard(arm: &Arm) -> String {
    arm.guard.as_ref().map(|(_, guard)| guard.to_token_stream().to_string()).unwrap_or_default()
}

/// Whether a condition has a pattern, so that it cannot be always true.
fn binds(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => binds(&binary.left) || binds(&binary.right),
        Expr::Paren(inner) => binds(&inner.expr),
        _ => false,
    }
}

fn is_left_alone(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.to_token_stream().to_string().replace(' ', "");
        ["#[cfg(test)]", "#[test]", "#[cfg(feature=\"aws-lc-rs\")]"].contains(&text.as_str())
    })
}

/// What a function of this type could return at once.
fn results(output: &ReturnType) -> Vec<Expr> {
    let ReturnType::Type(_, kind) = output else { return Vec::new() };
    let kind = kind.to_token_stream().to_string().replace(' ', "");
    match kind.as_str() {
        "bool" => vec![parse_quote!(true), parse_quote!(false)],
        "usize" | "u64" | "u32" | "u8" | "i64" => vec![parse_quote!(0), parse_quote!(1)],
        "&str" | "&'staticstr" => vec![parse_quote!("xyzzy")],
        "String" => vec![parse_quote!(String::new())],
        "&[u8]" => vec![parse_quote!(&[])],
        _ if kind.starts_with("Result<(),") => vec![parse_quote!(Ok(()))],
        _ if kind.starts_with("Result<bool,") => {
            vec![parse_quote!(Ok(true)), parse_quote!(Ok(false))]
        }
        _ if kind.starts_with("Option<()>") => vec![parse_quote!(None), parse_quote!(Some(()))],
        _ if kind.starts_with("Option<") => vec![parse_quote!(None)],
        _ if kind.starts_with("Vec<") => vec![parse_quote!(Vec::new())],
        _ => Vec::new(),
    }
}

/// What an operator could be instead.
fn others(operator: &BinOp) -> &'static [&'static str] {
    match operator {
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::Lt(_) => &["<=", ">="],
        BinOp::Le(_) => &["<", ">"],
        BinOp::Gt(_) => &[">=", "<="],
        BinOp::Ge(_) => &[">", "<"],
        BinOp::And(_) => &["||"],
        BinOp::Or(_) => &["&&"],
        BinOp::Add(_) => &["-"],
        BinOp::Sub(_) | BinOp::Mul(_) => &["+"],
        BinOp::Div(_) => &["*"],
        BinOp::Rem(_) => &["/"],
        BinOp::BitAnd(_) | BinOp::BitXor(_) => &["|"],
        BinOp::BitOr(_) => &["&", "^"],
        BinOp::Shl(_) => &[">>"],
        BinOp::Shr(_) => &["<<"],
        BinOp::AddAssign(_) => &["-="],
        BinOp::SubAssign(_) | BinOp::MulAssign(_) => &["+="],
        BinOp::BitAndAssign(_) | BinOp::BitXorAssign(_) => &["|="],
        BinOp::BitOrAssign(_) => &["&=", "^="],
        BinOp::ShlAssign(_) => &[">>="],
        BinOp::ShrAssign(_) => &["<<="],
        _ => &[],
    }
}

impl VisitMut for Changes {
    fn visit_item_mod_mut(&mut self, item: &mut ItemMod) {
        if !is_left_alone(&item.attrs) {
            visit_mut::visit_item_mod_mut(self, item);
        }
    }

    fn visit_item_impl_mut(&mut self, item: &mut ItemImpl) {
        let is_debug = |path: &Path| path.segments.last().is_some_and(|s| s.ident == "Debug");
        if is_left_alone(&item.attrs)
            || item.trait_.as_ref().is_some_and(|(_, path, _)| is_debug(path))
        {
            return;
        }
        self.path.push(item.self_ty.to_token_stream().to_string().replace(' ', ""));
        visit_mut::visit_item_impl_mut(self, item);
        self.path.pop();
    }

    fn visit_item_fn_mut(&mut self, item: &mut ItemFn) {
        if !is_left_alone(&item.attrs) {
            self.function(&mut item.sig, &mut item.block);
        }
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut ImplItemFn) {
        if !is_left_alone(&item.attrs) {
            self.function(&mut item.sig, &mut item.block);
        }
    }

    // What is decided when the crate is compiled, and what is no expression.
    fn visit_item_const_mut(&mut self, _: &mut ItemConst) {}
    fn visit_item_static_mut(&mut self, _: &mut ItemStatic) {}
    fn visit_impl_item_const_mut(&mut self, _: &mut ImplItemConst) {}
    fn visit_trait_item_const_mut(&mut self, _: &mut TraitItemConst) {}
    fn visit_generic_argument_mut(&mut self, _: &mut GenericArgument) {}
    fn visit_type_mut(&mut self, _: &mut Type) {}
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}
    fn visit_expr_repeat_mut(&mut self, repeat: &mut ExprRepeat) {
        self.visit_expr_mut(&mut repeat.expr);
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        let originals: Vec<String> =
            block.stmts.iter().map(|statement| statement.to_token_stream().to_string()).collect();
        visit_mut::visit_block_mut(self, block);
        for (statement, original) in block.stmts.iter_mut().zip(originals) {
            let span = statement.span();
            let Stmt::Expr(expression, Some(_)) = statement else { continue };
            let leaves = matches!(expression, Expr::Return(_) | Expr::Break(_) | Expr::Continue(_));
            let nests = matches!(
                expression,
                Expr::If(_) | Expr::Match(_) | Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_)
            );
            if !leaves
                && !nests
                && let Some(switch) = self.switch(span, "missing", &original)
            {
                *statement = parse_quote!(if !#switch { #expression; });
            }
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        let (span, original) = (expression.span(), expression.to_token_stream().to_string());
        // Before what is inside is changed.
        let conditions: Vec<String> = match &*expression {
            Expr::If(test) => vec![test.cond.to_token_stream().to_string()],
            Expr::Match(decision) => decision.arms.iter().map(guard).collect(),
            _ => Vec::new(),
        };
        visit_mut::visit_expr_mut(self, expression);
        match expression {
            Expr::If(test) => self.condition(&mut test.cond, span, &conditions.concat()),
            Expr::Match(decision) => self.arms(&mut decision.arms, &conditions),
            Expr::MethodCall(call) if DECIDING.iter().any(|name| call.method == name) => {
                if let Some(Expr::Closure(closure)) = call.args.first_mut()
                    && !matches!(*closure.body, Expr::Block(_))
                {
                    self.condition(&mut closure.body, span, &original);
                }
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_) | UnOp::Neg(_)) => {
                let inner = unary.expr.clone();
                if !matches!(*inner, Expr::Lit(_))
                    && let Some(switch) = self.switch(span, "plain", &original)
                {
                    *expression = parse_quote!((if #switch { #inner } else { #expression }));
                }
            }
            Expr::Binary(binary) if !binds(&binary.left) && !binds(&binary.right) => {
                let plain = binary.clone();
                for other in others(&plain.op) {
                    let mut changed = plain.clone();
                    changed.op = parse_str(other).expect("an operator");
                    if let Some(switch) = self.switch(span, other, &original) {
                        *expression = parse_quote!((if #switch { #changed } else { #expression }));
                    }
                }
            }
            _ => {}
        }
    }
}

impl Changes {
    /// Changes guards, and takes arms away where the last one takes what is left.
    fn arms(&mut self, arms: &mut [Arm], guards: &[String]) {
        let Some((last, before)) = arms.split_last_mut() else { return };
        let takes_all = last.guard.is_none()
            && match &last.pat {
                Pat::Wild(_) => true,
                Pat::Ident(name) => name.ident.to_string().starts_with(char::is_lowercase),
                _ => false,
            };
        for (arm, original) in before.iter_mut().chain([last]).zip(guards) {
            if let Some((_, guard)) = &mut arm.guard {
                self.condition(guard, arm.pat.span(), original);
            }
        }
        for arm in before.iter_mut().filter(|_| takes_all) {
            let original = arm.pat.to_token_stream().to_string();
            if let Some(switch) = self.switch(arm.pat.span(), "no arm", &original) {
                let guard: Expr = match &arm.guard {
                    Some((_, guard)) => parse_quote!(!#switch && (#guard)),
                    None => parse_quote!(!#switch),
                };
                arm.guard = Some((Default::default(), Box::new(guard)));
            }
        }
    }
}

//! What the kernels for many lanes multiply.

/// What is to be reduced, `T`. This is a type, so that either has code of its own, in one piece.
pub(super) trait Product {
    const FORM: Form;
}

/// Which of the two.
pub(super) enum Form {
    Square,
    Last,
}

/// `x²`.
pub(super) struct Square;

impl Product for Square {
    const FORM: Form = Form::Square;
}

/// `x·base + hash·factor + constant`.
pub(super) struct Last;

impl Product for Last {
    const FORM: Form = Form::Last;
}

//! `otp`: sign requests for one-time passwords, open the responses.
//!
//! Secrets come from files or stdin, never from the command line, where every process of the
//! machine could read them.

use countersign::Limits;
use countersign::miracl::otp::{Request, Response};
use countersign_audit::strip_line_break;

use crate::args::{OtpOpenArgs, OtpRequestArgs};
use crate::exit::{Exit, Stop};
use crate::input::{check_one_stdin, read_configuration};
use crate::output;

/// Prints the body of a signed request.
pub(crate) fn request(args: &OtpRequestArgs) -> Result<Exit, Stop> {
    let secret = args.secret_file.read_secret()?;
    let (client, user) = (args.client_id.as_str(), args.user_id.as_str());
    let request = Request::sign(&secret, client, user, args.expires.to_string())
        .map_err(|error| Stop::Misuse(error.to_string()))?;
    output::print_line(&request.to_json())
}

/// Opens a response and prints what was inside.
pub(crate) fn open(args: &OtpOpenArgs) -> Result<Exit, Stop> {
    check_one_stdin([&args.input, &args.secret_file])?;
    let limits = Limits::default();
    let secret = args.secret_file.read_secret()?;
    let request = match &args.request {
        None => None,
        Some(path) => {
            let request = Request::parse(&read_configuration(path)?, &limits);
            Some(request.map_err(|error| Stop::Misuse(format!("{}: {error}", path.display())))?)
        }
    };
    let body = args.input.read_single()?;
    let response = Response::parse(strip_line_break(&body), &limits);
    let response = response.map_err(|error| Stop::refused(&error))?;
    let opened = response.open(&secret, args.key_derivation, request.as_ref());
    let opened = opened.map_err(|error| match error {
        // The secret does not fit the derivation that was asked for: no fault of the response.
        countersign::Error::KeyUnusable(_) => Stop::Misuse(error.to_string()),
        error => Stop::refused(&error),
    })?;
    output::print_line(&opened.to_json())
}

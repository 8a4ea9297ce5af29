//! What the calls of MIRACL Trust have in common.

use http::Response;

use crate::call::read_json;
use crate::error::ApiError;
use crate::message::FromJson;
use crate::miracl::refusal::Refusal;
use countersign::Limits;

/// Reads the answer of success, or what the service says instead.
pub(super) fn answer<T: FromJson>(
    response: &Response<Vec<u8>>,
    limits: &Limits,
) -> Result<T, ApiError<Refusal>> {
    let status = response.status();
    let value = read_json(response, limits);
    if status.is_success() {
        return value.and_then(T::from_json).map_err(ApiError::body(response));
    }
    match value.and_then(Refusal::from_json) {
        Ok(refusal) => Err(ApiError::Refused { status, refusal }),
        // A proxy's page, or nothing at all: the status is what there is.
        Err(_) => Err(ApiError::Status { status }),
    }
}

/// Implements [`Call`](crate::Call) for a request whose target is fixed.
macro_rules! call {
    ($request:ty, $name:literal, $method:ident, $retry:ident, $access:ident, $answer:ty,
        |$this:pat_param| $target:expr $(, body: |$body_this:pat_param| $body:expr)?) => {
        impl crate::call::Call for $request {
            const NAME: &'static str = $name;
            const METHOD: http::Method = http::Method::$method;
            const RETRY: crate::call::Retry = crate::call::Retry::$retry;
            const ACCESS: crate::call::Access = crate::call::Access::$access;
            type Answer = $answer;
            type Refusal = crate::miracl::refusal::Refusal;

            fn target(&self) -> Result<crate::target::Target, countersign::Error> {
                let $this = self;
                $target
            }

            $(fn body(&self) -> Option<countersign::encoding::json::Object<'static>> {
                let $body_this = self;
                Some($body)
            })?

            fn answer(
                &self,
                response: &http::Response<Vec<u8>>,
                limits: &countersign::Limits,
            ) -> Result<$answer, crate::error::ApiError<crate::miracl::refusal::Refusal>> {
                crate::miracl::shape::answer(response, limits)
            }
        }
    };
}
pub(super) use call;

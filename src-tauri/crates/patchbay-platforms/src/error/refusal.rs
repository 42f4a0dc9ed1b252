//! An answer that is not what was asked for.

use patchbay_model::FieldProblem;

/// How many characters of a server's own words are kept.
pub(crate) const TEXT_LIMIT: usize = 2000;

/// What the server said when it refused, or failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The platform's own code of the failure.
    pub code: Option<String>,
    /// The server's own words, cleaned of control characters and of the secrets that were sent.
    pub text: Option<String>,
    /// What is wrong with which field.
    pub fields: Vec<FieldProblem>,
    /// The platform's own number for the request, for its support.
    pub request_id: Option<String>,
}

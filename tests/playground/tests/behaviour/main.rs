//! What the Playground promises, seen from outside: over plain HTTP and with rmcp's client.

mod client;
mod consent;
mod discovery;
mod hostile;
mod program;
mod registration;
mod rmcp_sign_in;
mod tokens;
mod tools;

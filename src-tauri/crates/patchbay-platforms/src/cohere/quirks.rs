//! Peculiarities of Cohere.

mod tool;

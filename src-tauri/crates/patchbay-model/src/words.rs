//! Enums whose variants have a word each.

/// Defines an enum with a stable word for each variant, used when it is serialized and on the command line.
macro_rules! word_enum {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[doc = $doc:literal])* $(#[cfg($when:meta)])? $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            serde::Serialize,
            serde::Deserialize,
            specta::Type,
        )]
        pub enum $name {
            $(
                $(#[doc = $doc])*
                $(#[cfg($when)])?
                #[serde(rename = $word)]
                $variant,
            )*
        }

        impl $name {
            /// All variants, in their order.
            pub const ALL: [Self; [$($(#[cfg($when)])? $word,)*].len()] =
                [$($(#[cfg($when)])? Self::$variant,)*];

            /// Returns the word of the variant.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($(#[cfg($when)])? Self::$variant => $word,)*
                }
            }

            /// Returns the variant with that word, if there is one.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|variant| variant.as_str() == word)
            }
        }
    };
}

//! Words of bodies that are words of the machine: the same variants, read and written both ways.

/// Declares an enum of bodies that has the variants of an enum of the machine, each as its word.
/// A variant that the machine adds does not compile until it is added here.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident = $krate:ident::$machine:ident {
        $($(#[$variant_doc:meta])* $variant:ident,)*
    }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[derive(utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        $(#[$doc])*
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl From<$krate::$machine> for $name {
            fn from(word: $krate::$machine) -> $name {
                match word {
                    $($krate::$machine::$variant => $name::$variant,)*
                }
            }
        }

        impl From<$name> for $krate::$machine {
            fn from(word: $name) -> $krate::$machine {
                match word {
                    $($name::$variant => $krate::$machine::$variant,)*
                }
            }
        }
    };
}

pub(crate) use words;

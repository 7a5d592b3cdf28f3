//! How requests are built: a field and a method each.

/// Makes a struct of optional fields and a method that sets each. A field that was not set is not
/// sent. What is `apart` gets no method of that kind.
macro_rules! request {
    (
        $(#[$about:meta])* $name:ident {
            $($(#[$field_about:meta])* $field:ident: $kind:ty,)*
        }
        $(apart { $($(#[$apart_about:meta])* $apart:ident: $apart_kind:ty,)* })?
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, serde::Serialize)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct $name {
            $(#[serde(skip_serializing_if = "Option::is_none")] $field: Option<$kind>,)*
            $($($(#[$apart_about])* $apart: $apart_kind,)*)?
        }

        impl $name {
            $($(#[$field_about])*
            pub fn $field(mut self, value: impl Into<$kind>) -> Self {
                self.$field = Some(value.into());
                self
            })*
        }
    };
}

pub(crate) use request;

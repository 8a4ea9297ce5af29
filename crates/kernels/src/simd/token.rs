//! Tokens: proofs of what the CPU can do.

/// Defines the token of a kernel, which only the detection of these CPU features makes.
macro_rules! token {
    ($(#[$doc:meta])* $name:ident: $($feature:tt),+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(());

        impl $name {
            /// The token, if the CPU has the instructions.
            ///
            /// Without the `std` feature only what the build was told about the CPU counts. A build with
            /// `--cfg countersign_portable` has no token anywhere.
            #[inline]
            #[must_use]
            pub fn detect() -> Option<Self> {
                if cfg!(countersign_portable) {
                    return None;
                }
                #[cfg(feature = "std")]
                let found = $(std::is_x86_feature_detected!($feature))&&+;
                #[cfg(not(feature = "std"))]
                let found = cfg!(all($(target_feature = $feature),+));
                found.then_some(Self(()))
            }
        }
    };
}
pub(super) use token;

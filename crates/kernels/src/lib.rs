//! Verifies RSA and P-256 signatures, one at a time or many at once.
//!
//! ```text
//! modulus, exponent ── RsaPublicKey::new ──► prepared key ─┐
//! digest, signature ───────────────────────────────────────┴─► verify_pkcs1, verify_pss ──► verdict
//! many keys, messages, signatures ────────────────► verify_pkcs1_messages, verify_pkcs1_batch
//!
//! point ── p256::PublicKey::from_sec1 ──► key ─┐
//! digest, r ‖ s ───────────────────────────────┴─► verify, verify_prehash ──► verdict
//! many keys, messages, signatures ───────────────► p256::verify_messages, p256::verify_batch
//! ```
//!
//! The crate computes public-key operations and the digests that they need, and nothing else. It
//! knows no key formats, tokens or policies. It is `no_std` with `alloc`, and it is the only crate
//! of its workspace with `unsafe` code, all of it in vector instructions and one file of assembly.
//!
//! # Kernels
//!
//! A [`Kernel`] is a value that chooses the instructions. Every kernel returns the same verdicts.
//!
//! | Kernel | CPU | What it does |
//! |---|---|---|
//! | `portable` | any | 64-bit limbs in safe Rust, one signature at a time |
//! | `adx` | x86-64 with BMI2 and ADX | 64-bit limbs in assembly, one signature at a time |
//! | `avx2` | x86-64 with AVX2 and FMA | 51-bit digits in doubles, four signatures at a time; one as `portable` |
//! | `avx2+adx` | x86-64 with both | four signatures as `avx2`, one as `adx` |
//! | `avx512ifma` | x86-64 with AVX-512 F, BW, VBMI and IFMA | 52-bit digits, one signature or eight at a time; SHA-256 of sixteen messages |
//!
//! [`Kernel::detect`] returns the fastest one that the CPU can run. A key detects its kernel when
//! it is created; a batch takes one as an argument. Without the feature `std` (on by default)
//! nothing is detected at run time: only the target features of the build count. `--cfg
//! countersign_portable` in `RUSTFLAGS` leaves `portable` as the only kernel.
//!
//! [`p256`] has one kernel so far, in safe Rust, and takes no [`Kernel`].
//!
//! # Costs
//!
//! These are those of RSA; for P-256, see [`p256`].
//!
//! - **Preparing a key** ([`RsaPublicKey::new`](rsa::RsaPublicKey::new)) costs less than a verification: a
//!   key that is used once costs about a tenth more than one that is kept (`portable`, 2048 bits; the
//!   benchmark `new-key` measures both). What only pays off after many verifications is computed after
//!   many, or by [`RsaPublicKey::prepare`](rsa::RsaPublicKey::prepare). Verdicts never change; share a key
//!   between threads by reference or in an `Arc`.
//! - **Exponent 65537** has its own code path, which decides one congruence modulo `n` and never
//!   computes the encoded message, once the key is used often. New keys, other exponents, and PSS with any
//!   exponent compute `s^e mod n` and compare bytes.
//! - **One verification** allocates nothing. A batch allocates its working memory once, however many
//!   signatures it has, and with messages 64 bytes for each digest.
//! - **Batches** pay off with `avx512ifma`, from three to five signatures under keys of the
//!   same size in 520-bit steps, each of which is used often enough to have a lane (from the 17th use);
//!   and with `avx2`, from two or three signatures under keys of the same size in 357-bit steps, new keys too.
//!   Each lane has its own key, so issuers may be mixed freely.
//!   Signatures that do not fill all lanes are verified one by one if that is faster.
//! - **Unrolled code** of `avx512ifma` exists for 1024 and 2048 bits. Other sizes run the same code in loops.
//!
//! The workspace's `BENCHMARKS.md` has figures, the machine that they come from, and a comparison
//! with other libraries.
//!
//! # Side channels
//!
//! Verification has only public inputs, and nothing here runs in constant time. Do not use the
//! arithmetic for private keys.
#![no_std]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod hash;
mod kernel;
pub mod p256;
pub mod rsa;
#[allow(unsafe_code, reason = "vector instructions and assembly; every block has its argument")]
#[expect(clippy::exhaustive_structs, reason = "not API; open to the kernels' own tests only")]
#[doc(hidden)]
pub mod simd;

pub use hash::Hash;
pub use kernel::Kernel;

/// The README's example, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

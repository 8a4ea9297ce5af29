//! Signatures to be verified, one or many, by a backend.

use alloc::vec::Vec;

use countersign_kernels::Kernel;
use countersign_kernels::p256;
use countersign_kernels::rsa::{Pkcs1Message, verify_pkcs1_messages};

use super::algorithm::Algorithm;
use super::backend::SignatureBackend;
use super::key::PublicKey;
use super::work;
use crate::error::Error;

impl PublicKey {
    /// Verifies a signature over the concatenated parts of a message.
    ///
    /// Checked: the signature's length, its range and its equation. *Not* checked: whether the key
    /// may be used for this purpose.
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`], without detail; [`Error::KeyUnusable`] if the algorithm does
    /// not match the key's type.
    pub fn verify(
        &self,
        algorithm: Algorithm,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), Error> {
        self.verify_with(SignatureBackend::native(), algorithm, message, signature)
    }

    /// Like [`verify`](Self::verify), computed by this backend.
    ///
    /// # Errors
    ///
    /// The same as [`verify`](Self::verify).
    pub fn verify_with(
        &self,
        backend: SignatureBackend,
        algorithm: Algorithm,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), Error> {
        self.fits(algorithm)?;
        if !self.is_in_range(signature) {
            return Err(Error::SignatureMismatch);
        }
        work::signature(self.effort());
        let valid = backend
            .verify(self, algorithm, message, signature)
            .unwrap_or_else(|| self.verify_natively(algorithm, message, signature));
        if valid { Ok(()) } else { Err(Error::SignatureMismatch) }
    }
}

/// A signature to be verified.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) key: &'a PublicKey,
    pub(crate) algorithm: Algorithm,
    pub(crate) message: &'a [u8],
    pub(crate) signature: &'a [u8],
    pub(crate) backend: SignatureBackend,
}

impl Job<'_> {
    /// Tells whether the key could have made the signature, which costs nothing.
    pub(crate) fn is_in_range(&self) -> bool {
        self.key.fits(self.algorithm).is_ok() && self.key.is_in_range(self.signature)
    }

    pub(crate) fn verify(&self) -> Result<(), Error> {
        self.key.verify_with(self.backend, self.algorithm, &[self.message], self.signature)
    }
}

/// Verifies many signatures, each with the result of [`Job::verify`]; those of RSA with PKCS#1
/// together, and those of P-256.
pub(crate) fn verify_jobs(jobs: &[Option<Job<'_>>]) -> Vec<Option<Result<(), Error>>> {
    let mut results = Vec::with_capacity(jobs.len());
    let mut rsa = Together::with_capacity(jobs.len());
    let mut p256 = Together::with_capacity(0);
    for (index, job) in jobs.iter().enumerate() {
        let Some(job) = job else {
            results.push(None);
            continue;
        };
        let (message, signature) = (job.message, job.signature);
        let pkcs1 = job.key.as_rsa().zip(job.algorithm.pkcs1_hash());
        let es256 = job.key.as_p256_key().filter(|_| job.algorithm == Algorithm::Es256);
        match (pkcs1, es256) {
            (Some((key, hash)), _) if job.backend.is_native() => {
                rsa.push(index, Pkcs1Message { key, hash, message, signature });
            }
            (_, Some(key)) if job.backend.is_native() => {
                p256.push(index, p256::Message { key, message, signature });
            }
            _ => {
                results.push(Some(job.verify()));
                continue;
            }
        }
        let is_in_range = job.key.is_in_range(signature);
        if is_in_range {
            work::signature(job.key.effort());
        }
        // RSA messages are hashed before anything is looked at.
        if is_in_range || pkcs1.is_some() {
            work::hashed(message.len());
        }
        results.push(Some(Err(Error::SignatureMismatch)));
    }
    rsa.verify(&mut results, |items, valid| verify_pkcs1_messages(Kernel::detect(), items, valid));
    p256.verify(&mut results, p256::verify_messages);
    results
}

/// Signatures that are verified together.
struct Together<T> {
    items: Vec<T>,
    /// Which of the jobs each item is.
    indices: Vec<usize>,
}

impl<T> Together<T> {
    fn with_capacity(count: usize) -> Self {
        Self { items: Vec::with_capacity(count), indices: Vec::with_capacity(count) }
    }

    fn push(&mut self, index: usize, item: T) {
        self.items.push(item);
        self.indices.push(index);
    }

    /// Verifies them, and writes `Ok` for those that are valid.
    fn verify(
        self,
        results: &mut [Option<Result<(), Error>>],
        verify: impl FnOnce(&[T], &mut [bool]),
    ) {
        let mut valid = alloc::vec![false; self.items.len()];
        verify(&self.items, &mut valid);
        for (index, valid) in self.indices.into_iter().zip(valid) {
            if valid && let Some(result) = results.get_mut(index) {
                *result = Some(Ok(()));
            }
        }
    }
}

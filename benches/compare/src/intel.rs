//! Intel's eight-lane kernel, `mbx_rsa_public_mb8` of its Cryptography Primitives Library.
//!
//! There is no crate of it. `COUNTERSIGN_INTEL` names the folder of the library and of Intel's
//! runtime that it wants, which `scripts/intel` installs. Without it, or on a CPU that the library has
//! no kernel for, this contender does not run. The types are those of `crypto_mb/rsa.h`.

use std::ffi::{c_int, c_void};
use std::path::Path;

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

const LANES: usize = 8;

/// In the order in which they want one another.
const RUNTIME: [&str; 4] = ["libintlc.so.5", "libirng.so", "libimf.so", "libsvml.so"];

type Method = unsafe extern "C" fn() -> *const c_void;
type BufferSize = unsafe extern "C" fn(*const c_void) -> c_int;
type CpuFeatures = unsafe extern "C" fn() -> u64;
type IsApplicable = unsafe extern "C" fn(u64) -> c_int;
type PublicMb8 = unsafe extern "C" fn(
    from: *const [*const u8; LANES],
    to: *const [*mut u8; LANES],
    modulus: *const [*const u64; LANES],
    bits: c_int,
    method: *const c_void,
    buffer: *mut u8,
) -> u32;

/// `s^65537 mod n`, eight at a time, for keys of one size.
pub(crate) struct Kernel {
    public: PublicMb8,
    method: *const c_void,
    bits: usize,
    buffer: Vec<u8>,
    /// What the pointers point into.
    _libraries: Vec<Library>,
}

impl Kernel {
    /// Returns the kernel, if its library is at hand and the CPU one for it.
    ///
    /// # Panics
    ///
    /// If there is a folder without the library.
    pub(crate) fn new(bits: usize) -> Option<Self> {
        let folder = std::env::var_os("COUNTERSIGN_INTEL")?;
        let open = |name: &str| {
            let path = Path::new(&folder).join(name);
            // SAFETY: these are Intel's libraries. What they do when they are loaded is sound.
            let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) };
            library.unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let mut libraries: Vec<_> = RUNTIME.into_iter().map(open).collect();
        let library = open("libcrypto_mb.so");
        let method = format!("mbx_RSA{}K_pub65537_Method", bits / 1024);
        // SAFETY: the types are those of the header, and `libraries` keeps the code in memory. The
        // functions have no conditions; the method is a constant of the library.
        let (public, method, size) = unsafe {
            let features =
                *library.get::<CpuFeatures>(b"mbx_get_cpu_features").expect("a function");
            let applicable =
                *library.get::<IsApplicable>(b"mbx_is_crypto_mb_applicable").expect("a function");
            if applicable(features()) == 0 {
                return None;
            }
            let method = (*library.get::<Method>(method.as_bytes()).expect("a function"))();
            let size = *library.get::<BufferSize>(b"mbx_RSA_Method_BufSize").expect("a function");
            (*library.get(b"mbx_rsa_public_mb8").expect("a function"), method, size(method))
        };
        libraries.push(library);
        let buffer = vec![0; usize::try_from(size).expect("a size")];
        Some(Self { public, method, bits, buffer, _libraries: libraries })
    }

    /// Writes the powers of eight signatures. `modulus` is in words, the lowest first.
    ///
    /// # Panics
    ///
    /// If something is not as long as a key.
    pub(crate) fn powers(
        &mut self,
        signatures: [&[u8]; LANES],
        modulus: &[u64],
        powers: &mut [Vec<u8>; LANES],
    ) {
        assert_eq!(modulus.len() * 64, self.bits);
        assert!(signatures.iter().all(|signature| signature.len() * 8 == self.bits));
        assert!(powers.iter().all(|power| power.len() * 8 == self.bits));
        let from = signatures.map(<[u8]>::as_ptr);
        let to = powers.each_mut().map(|power| power.as_mut_ptr());
        let moduli = [modulus.as_ptr(); LANES];
        let (bits, buffer) = (self.bits as c_int, self.buffer.as_mut_ptr());
        // SAFETY: eight numbers of so many bits each are read, and eight written; the method and its
        // buffer are for that size.
        let status = unsafe { (self.public)(&from, &to, &moduli, bits, self.method, buffer) };
        assert_eq!(status, 0, "each lane has four bits of status");
    }
}

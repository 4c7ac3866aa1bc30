//! libnss3, opened when it is needed: an NSS database through the library that browsers themselves use.
//!
//! The one file with `unsafe` in it: libnss3 is a C library that need not be there, so it cannot be linked, and no crate
//! binds these functions. What holds it together: the types below repeat NSS's public headers, which have kept their
//! layout since 2010; every pointer that NSS hands out lives in a guard that gives it back, and guards borrow the database,
//! so that it is closed last; NSS keeps one state per process, so that a lock lets one database be open at a time.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulong, c_void};
use std::marker::PhantomData;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::ptr::{self, NonNull};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use zeroize::Zeroizing;

use super::tool::{Entry, Trust};

/// `SECItem`.
#[repr(C)]
struct Item {
    kind: c_int,
    data: *mut u8,
    len: c_uint,
}

/// `CERTCertificate`, up to the last field that is read.
#[repr(C)]
struct Certificate {
    arena_and_names: [*mut c_void; 3],
    /// `signatureWrap`: data, algorithm and its parameters, signature.
    signed: [Item; 4],
    der: Item,
    /// `derIssuer`, `derSubject`, `derPublicKey`, `certKey`, `version`, `serialNumber`, `signature` (two).
    items: [Item; 8],
    /// `issuer`.
    issuer: [*mut c_void; 2],
    validity: (*mut c_void, Item, Item),
    /// `subject`.
    subject: [*mut c_void; 2],
    /// `subjectPublicKeyInfo`: arena, algorithm and its parameters, key.
    key: (*mut c_void, [Item; 3]),
    /// `issuerID`, `subjectID`.
    ids: [Item; 2],
    /// `extensions`, `emailAddr`, `dbhandle`.
    pointers: [*mut c_void; 3],
    key_id: Item,
    /// `keyIDGenerated`, `keyUsage`, `rawKeyUsage`, `keyUsagePresent`, `nsCertType`, `keepSession`, `timeOK`.
    words: [c_int; 7],
    domain_ok: *mut c_void,
    /// `isperm`, `istemp`.
    kinds: [c_int; 2],
    nickname: *mut c_char,
}

/// `CERTCertListNode`, and as far as it is read `CERTCertList`.
#[repr(C)]
struct Node {
    next: *mut Node,
    previous: *mut Node,
    /// Only of nodes: in the list itself this is something else.
    certificate: *mut Certificate,
}

/// `CERTCertTrust`.
#[repr(C)]
#[derive(Default)]
struct Flags {
    ssl: c_uint,
    email: c_uint,
    code: c_uint,
}

macro_rules! functions {
    ($($name:ident($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// What is called of NSS and NSPR, under its own names.
        #[allow(non_snake_case)]
        struct Functions { $($name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)* }

        impl Functions {
            fn of(library: &'static libloading::Library) -> Result<Self, libloading::Error> {
                // SAFETY: the types are those of NSS's headers, and the library is never unloaded.
                Ok(Self { $($name: *unsafe { library.get(concat!(stringify!($name), "\0").as_bytes()) }?,)* })
            }
        }
    };
}

functions! {
    NSS_IsInitialized() -> c_int;
    NSS_InitContext(*const c_char, *const c_char, *const c_char, *const c_char, *mut c_void, c_uint) -> *mut c_void;
    NSS_ShutdownContext(*mut c_void) -> c_int;
    PK11_GetInternalKeySlot() -> *mut c_void;
    PK11_FreeSlot(*mut c_void);
    PK11_IsReadOnly(*mut c_void) -> c_int;
    PK11_NeedLogin(*mut c_void) -> c_int;
    PK11_NeedUserInit(*mut c_void) -> c_int;
    PK11_InitPin(*mut c_void, *const c_char, *const c_char) -> c_int;
    PK11_CheckUserPassword(*mut c_void, *const c_char) -> c_int;
    PK11_ListCertsInSlot(*mut c_void) -> *mut Node;
    PK11_ImportCert(*mut c_void, *mut Certificate, c_ulong, *const c_char, c_int) -> c_int;
    CERT_DestroyCertList(*mut Node);
    CERT_GetDefaultCertDB() -> *mut c_void;
    CERT_NewTempCertificate(*mut c_void, *mut Item, *mut c_char, c_int, c_int) -> *mut Certificate;
    CERT_DestroyCertificate(*mut Certificate);
    CERT_GetCertTrust(*const Certificate, *mut Flags) -> c_int;
    CERT_ChangeCertTrust(*mut c_void, *mut Certificate, *mut Flags) -> c_int;
    SEC_DeletePermCertificate(*mut Certificate) -> c_int;
    PR_GetError() -> c_int;
    PR_ErrorToName(c_int) -> *const c_char;
}

/// `NSS_INIT_READONLY`.
const READ_ONLY: c_uint = 0x1;
/// `NSS_INIT_NOMODDB` and `NSS_INIT_NOROOTINIT`: neither the modules that the database lists nor the roots of the browser.
const NOTHING_ELSE: c_uint = 0x4 | 0x10;
const SUCCESS: c_int = 0;
/// `SECWouldBlock`, by which `PK11_CheckUserPassword` says that the password is wrong.
const WRONG: c_int = -2;

/// NSS has one state per process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What NSS said: the name of its error, `SEC_ERROR_BAD_DATABASE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Error(pub(super) String);

/// The loaded library.
#[derive(Clone, Copy)]
pub(super) struct Library(&'static Functions);

impl Library {
    /// Loads it, once per process. `None` if it is not there, or too old.
    pub(super) fn load() -> Option<Self> {
        static LOADED: OnceLock<Option<Functions>> = OnceLock::new();
        let load = || {
            // SAFETY: what libnss3 and its dependencies do when they are loaded is sound; every browser relies on it.
            let library = unsafe { libloading::Library::new("libnss3.so") }.ok()?;
            // NSS registers things for the end of the process: it stays until then.
            Functions::of(Box::leak(Box::new(library))).ok()
        };
        LOADED.get_or_init(load).as_ref().map(Self)
    }

    /// Opens the database in `dir`; to write, makes what is missing of it.
    pub(super) fn open(self, dir: &Path, write: bool) -> Result<Database, Error> {
        let gate = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let spec = CString::new([b"sql:", dir.as_os_str().as_bytes()].concat())
            .map_err(|_| Error("a name with NUL".into()))?;
        let flags = NOTHING_ELSE | if write { 0 } else { READ_ONLY };
        // SAFETY: no arguments.
        if unsafe { (self.0.NSS_IsInitialized)() } != 0 {
            // Then the slot below would be that of another database.
            return Err(Error("another database is still open".into()));
        }
        // SAFETY: strings that end in NUL and outlive the call; no parameters is allowed.
        let context = unsafe {
            let (empty, modules) = (c"".as_ptr(), c"secmod.db".as_ptr());
            (self.0.NSS_InitContext)(spec.as_ptr(), empty, empty, modules, ptr::null_mut(), flags)
        };
        let context = NonNull::new(context).ok_or_else(|| self.error())?;
        let mut database = Database { library: self, context, slot: ptr::null_mut(), _gate: gate };
        // SAFETY: NSS is initialised.
        database.slot = unsafe { (self.0.PK11_GetInternalKeySlot)() };
        if database.slot.is_null() { Err(self.error()) } else { Ok(database) }
    }

    fn error(self) -> Error {
        // SAFETY: both may be called at any time; names are static.
        unsafe {
            let code = (self.0.PR_GetError)();
            let name = (self.0.PR_ErrorToName)(code);
            Error(text(name).unwrap_or_else(|| format!("error {code}")))
        }
    }

    fn check(self, status: c_int) -> Result<(), Error> {
        if status == SUCCESS { Ok(()) } else { Err(self.error()) }
    }
}

/// An open database. Its own certificates alone count, not the roots that come with a browser.
pub(super) struct Database {
    library: Library,
    context: NonNull<c_void>,
    slot: *mut c_void,
    _gate: MutexGuard<'static, ()>,
}

impl Drop for Database {
    fn drop(&mut self) {
        let functions = self.library.0;
        // SAFETY: both came from NSS and are given back once. All lists and certificates are gone: they borrow `self`.
        // Should closing fail, NSS stays initialised, and `open` refuses.
        unsafe {
            if !self.slot.is_null() {
                (functions.PK11_FreeSlot)(self.slot);
            }
            (functions.NSS_ShutdownContext)(self.context.as_ptr());
        }
    }
}

impl Database {
    /// Whether it can only be read, whatever it was opened for.
    pub(super) fn is_read_only(&self) -> bool {
        // SAFETY: the slot is valid while `self` is; so it is in all methods below.
        unsafe { (self.library.0.PK11_IsReadOnly)(self.slot) != 0 }
    }

    /// Whether a new database lacks its (empty) password, without which trust cannot be kept in it.
    pub(super) fn is_unfinished(&self) -> bool {
        // SAFETY: see above.
        unsafe { (self.library.0.PK11_NeedUserInit)(self.slot) != 0 }
    }

    /// Gives a new database an empty password.
    pub(super) fn finish(&self) -> Result<(), Error> {
        // SAFETY: see above; no old password, and a string that ends in NUL.
        self.library.check(unsafe { (self.library.0.PK11_InitPin)(self.slot, ptr::null(), c"".as_ptr()) })
    }

    /// Whether a Primary Password protects it.
    pub(super) fn needs_password(&self) -> bool {
        // SAFETY: see above.
        !self.is_unfinished() && unsafe { (self.library.0.PK11_NeedLogin)(self.slot) != 0 }
    }

    /// Unlocks it, or says that the password is wrong.
    pub(super) fn unlock(&self, password: &str) -> Result<bool, Error> {
        if password.contains('\0') {
            return Ok(false);
        }
        let mut terminated = Zeroizing::new(Vec::with_capacity(password.len() + 1));
        terminated.extend_from_slice(password.as_bytes());
        terminated.push(0);
        // SAFETY: see above; the password ends in NUL.
        match unsafe { (self.library.0.PK11_CheckUserPassword)(self.slot, terminated.as_ptr().cast()) } {
            SUCCESS => Ok(true),
            WRONG => Ok(false),
            _ => Err(self.library.error()),
        }
    }

    /// All certificates.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, Error> {
        Ok(self.list()?.iter().map(|listed| listed.entry()).collect())
    }

    /// Adds a certificate, trusted for nothing.
    pub(super) fn add(&self, der: &[u8], nickname: &str) -> Result<(), Error> {
        let functions = self.library.0;
        let nickname = CString::new(nickname).map_err(|_| Error("a name with NUL".into()))?;
        let len = c_uint::try_from(der.len()).map_err(|_| Error("too long".into()))?;
        let mut item = Item { kind: 0, data: der.as_ptr().cast_mut(), len };
        // SAFETY: NSS is told to copy the DER, and only reads it.
        let new = unsafe {
            (functions.CERT_NewTempCertificate)(
                (functions.CERT_GetDefaultCertDB)(),
                &raw mut item,
                ptr::null_mut(),
                0,
                1,
            )
        };
        if new.is_null() {
            return Err(self.library.error());
        }
        // SAFETY: the certificate is valid until it is destroyed, which happens once; 0 is no key's handle.
        unsafe {
            let status = (functions.PK11_ImportCert)(self.slot, new, 0, nickname.as_ptr(), 0);
            let done = self.library.check(status);
            (functions.CERT_DestroyCertificate)(new);
            done
        }
    }

    /// Sets what a certificate is trusted for.
    pub(super) fn set_trust(&self, der: &[u8], trust: Trust) -> Result<(), Error> {
        let functions = self.library.0;
        for listed in self.list()?.iter().filter(|listed| listed.der() == der) {
            let mut flags = Flags { ssl: trust.ssl, email: trust.email, code: trust.code };
            // SAFETY: the list keeps the certificate valid; the flags are only read.
            self.library.check(unsafe {
                let every = (functions.CERT_GetDefaultCertDB)();
                (functions.CERT_ChangeCertTrust)(every, listed.certificate.as_ptr(), &raw mut flags)
            })?;
        }
        Ok(())
    }

    /// Deletes all certificates that `is_meant`, with what they are trusted for.
    pub(super) fn delete(&self, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<(), Error> {
        for listed in self.list()?.iter().filter(|listed| is_meant(listed.der())) {
            // SAFETY: the list keeps the certificate valid; only the database forgets it.
            self.library
                .check(unsafe { (self.library.0.SEC_DeletePermCertificate)(listed.certificate.as_ptr()) })?;
        }
        Ok(())
    }

    fn list(&self) -> Result<List<'_>, Error> {
        // SAFETY: see above.
        let head = unsafe { (self.library.0.PK11_ListCertsInSlot)(self.slot) };
        NonNull::new(head).map(|head| List { database: self, head }).ok_or_else(|| self.library.error())
    }
}

/// The certificates of a database, given back when it goes.
struct List<'a> {
    database: &'a Database,
    head: NonNull<Node>,
}

impl Drop for List<'_> {
    fn drop(&mut self) {
        // SAFETY: it came from NSS, and what it lent borrows `self`.
        unsafe { (self.database.library.0.CERT_DestroyCertList)(self.head.as_ptr()) }
    }
}

impl List<'_> {
    fn iter(&self) -> impl Iterator<Item = Listed<'_>> {
        let head = self.head.as_ptr();
        // SAFETY: a ring of nodes that begins and ends with the list itself and does not change while it lives.
        let node =
            move |at: *mut Node| Some(unsafe { (*at).next }).filter(|next| !next.is_null() && *next != head);
        std::iter::successors(node(head), move |at| node(*at))
            // SAFETY: the node is not the head, so that it has a certificate, which the list keeps.
            .filter_map(|at| NonNull::new(unsafe { (*at).certificate }))
            .map(|certificate| Listed { functions: self.database.library.0, certificate, list: PhantomData })
    }
}

/// A certificate, as long as its list.
struct Listed<'a> {
    functions: &'static Functions,
    certificate: NonNull<Certificate>,
    list: PhantomData<&'a ()>,
}

impl Listed<'_> {
    fn der(&self) -> &[u8] {
        // SAFETY: a decoded certificate's DER never changes.
        let item = unsafe { &(*self.certificate.as_ptr()).der };
        if item.data.is_null() {
            return &[];
        }
        // SAFETY: data and length belong together.
        unsafe { std::slice::from_raw_parts(item.data, item.len as usize) }
    }

    fn entry(&self) -> Entry {
        let mut flags = Flags::default();
        // SAFETY: both are valid. Where nothing is known of its trust, the call fails and the flags stay zero.
        let status = unsafe { (self.functions.CERT_GetCertTrust)(self.certificate.as_ptr(), &raw mut flags) };
        let trust = if status == SUCCESS { flags } else { Flags::default() };
        // SAFETY: a string that ends in NUL, or null, which nobody else changes while the database is open.
        let nickname = text(unsafe { (*self.certificate.as_ptr()).nickname }).unwrap_or_default();
        Entry {
            der: self.der().to_owned(),
            nickname,
            trust: Trust { ssl: trust.ssl, email: trust.email, code: trust.code },
        }
    }
}

/// A copy of a C string; `None` of a null pointer.
fn text(string: *const c_char) -> Option<String> {
    // SAFETY: the callers give strings of NSS, which end in NUL.
    (!string.is_null()).then(|| unsafe { CStr::from_ptr(string) }.to_string_lossy().into_owned())
}

//! libnss3, opened when it is needed: an NSS database through the library that browsers themselves use.
//!
//! The one file with `unsafe` in it: libnss3 is a C library that need not be there, so it cannot be linked, and no crate
//! binds these functions. What holds it together: the two types and the signatures below repeat NSS's public headers; every
//! pointer that NSS hands out lives in a guard that gives it back, and guards borrow the database,
//! so that it is closed last; NSS keeps one state per process, so that a lock lets one database be open at a time.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulong, c_void};
use std::iter;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::ptr::{self, NonNull};
use std::slice;
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

impl Item {
    /// For functions that only read it.
    fn of(bytes: &[u8]) -> Result<Self, Error> {
        let len = c_uint::try_from(bytes.len()).map_err(|_| Error("too long".into()))?;
        Ok(Self { kind: 0, data: bytes.as_ptr().cast_mut(), len })
    }
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
    PK11_FindGenericObjects(*mut c_void, c_ulong) -> *mut c_void;
    PK11_GetNextGenericObject(*mut c_void) -> *mut c_void;
    PK11_DestroyGenericObjects(*mut c_void) -> c_int;
    PK11_ReadRawAttribute(c_int, *mut c_void, c_ulong, *mut Item) -> c_int;
    SECITEM_FreeItem(*mut Item, c_int);
    CERT_FindCertByDERCert(*mut c_void, *mut Item) -> *mut c_void;
    PK11_ImportCert(*mut c_void, *mut c_void, c_ulong, *const c_char, c_int) -> c_int;
    CERT_GetDefaultCertDB() -> *mut c_void;
    CERT_NewTempCertificate(*mut c_void, *mut Item, *mut c_char, c_int, c_int) -> *mut c_void;
    CERT_DestroyCertificate(*mut c_void);
    CERT_GetCertTrust(*mut c_void, *mut Flags) -> c_int;
    CERT_ChangeCertTrust(*mut c_void, *mut c_void, *mut Flags) -> c_int;
    SEC_DeletePermCertificate(*mut c_void) -> c_int;
    PR_GetError() -> c_int;
    PR_SetError(c_int, c_int);
    PR_ErrorToName(c_int) -> *const c_char;
}

/// `NSS_INIT_READONLY`.
const READ_ONLY: c_uint = 0x1;
/// `NSS_INIT_NOMODDB` and `NSS_INIT_NOROOTINIT`: neither the modules that the database lists nor the roots of the browser.
const NOTHING_ELSE: c_uint = 0x4 | 0x10;
/// `CKO_CERTIFICATE`.
const CERTIFICATES: c_ulong = 1;
/// `CKO_PRIVATE_KEY`.
const PRIVATE_KEYS: c_ulong = 3;
/// `CKA_LABEL`, the nickname.
const LABEL: c_ulong = 0x3;
/// `CKA_VALUE`, the DER.
const VALUE: c_ulong = 0x11;
/// `PK11_TypeGeneric`.
const GENERIC: c_int = 0;
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
            // SAFETY: what NSS does when it is loaded is sound; every browser relies on it.
            let open = |name| unsafe { libloading::Library::new(name) }.ok();
            // It registers things for the end of the process: it stays until then.
            let library = &*Box::leak(Box::new(open("libnss3.so")?));
            // NSS loads these for each database, and unloads them: a quarter of the time that looking takes.
            ["libsoftokn3.so", "libfreeblpriv3.so"].into_iter().filter_map(open).for_each(std::mem::forget);
            Functions::of(library).ok()
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
        let mut database = Database { nss: self, context, slot: ptr::null_mut(), _gate: gate };
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
    nss: Library,
    context: NonNull<c_void>,
    slot: *mut c_void,
    _gate: MutexGuard<'static, ()>,
}

impl Drop for Database {
    fn drop(&mut self) {
        let functions = self.nss.0;
        // SAFETY: both came from NSS and are given back once. All objects and certificates are gone: they borrow `self`.
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
        unsafe { (self.nss.0.PK11_IsReadOnly)(self.slot) != 0 }
    }

    /// Whether a new database lacks its (empty) password, without which trust cannot be kept in it.
    pub(super) fn is_unfinished(&self) -> bool {
        // SAFETY: see above.
        unsafe { (self.nss.0.PK11_NeedUserInit)(self.slot) != 0 }
    }

    /// Gives a new database an empty password.
    pub(super) fn finish(&self) -> Result<(), Error> {
        // SAFETY: see above; no old password, and a string that ends in NUL.
        self.nss.check(unsafe { (self.nss.0.PK11_InitPin)(self.slot, ptr::null(), c"".as_ptr()) })
    }

    /// Whether a Primary Password protects it.
    pub(super) fn needs_password(&self) -> bool {
        // SAFETY: see above.
        !self.is_unfinished() && unsafe { (self.nss.0.PK11_NeedLogin)(self.slot) != 0 }
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
        match unsafe { (self.nss.0.PK11_CheckUserPassword)(self.slot, terminated.as_ptr().cast()) } {
            SUCCESS => Ok(true),
            WRONG => Ok(false),
            _ => Err(self.nss.error()),
        }
    }

    /// The certificates that `is_meant`. Of others only the DER is read: decoding all of a long-used profile takes NSS ten
    /// times as long.
    pub(super) fn entries(&self, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        let objects = self.objects(CERTIFICATES)?;
        for object in objects.iter() {
            let der = self.attribute(object, VALUE)?;
            if is_meant(&der) {
                // It need not have one.
                let label = self.attribute(object, LABEL).unwrap_or_default();
                let nickname = String::from_utf8_lossy(&label).into_owned();
                entries.push(Entry { trust: self.trust(&der)?, der, nickname });
            }
        }
        Ok(entries)
    }

    /// Whether there is neither a certificate nor a private key.
    pub(super) fn is_empty(&self) -> Result<bool, Error> {
        Ok(!self.needs_password()
            && self.objects(CERTIFICATES)?.first.is_null()
            && self.objects(PRIVATE_KEYS)?.first.is_null())
    }

    /// Adds a certificate, trusted for nothing.
    pub(super) fn add(&self, der: &[u8], nickname: &str) -> Result<(), Error> {
        let functions = self.nss.0;
        let nickname = CString::new(nickname).map_err(|_| Error("a name with NUL".into()))?;
        let mut item = Item::of(der)?;
        // SAFETY: NSS is told to copy the DER, and only reads it.
        let new = self.own(unsafe {
            let every = (functions.CERT_GetDefaultCertDB)();
            (functions.CERT_NewTempCertificate)(every, &raw mut item, ptr::null_mut(), 0, 1)
        })?;
        // SAFETY: slot, certificate and nickname are valid; 0 is no key's handle.
        self.nss.check(unsafe {
            (functions.PK11_ImportCert)(self.slot, new.pointer.as_ptr(), 0, nickname.as_ptr(), 0)
        })
    }

    /// Sets what a certificate is trusted for.
    pub(super) fn set_trust(&self, der: &[u8], trust: Trust) -> Result<(), Error> {
        let functions = self.nss.0;
        let certificate = self.find(der)?;
        let mut flags = Flags { ssl: trust.ssl, email: trust.email, code: trust.code };
        // SAFETY: the certificate is valid; the flags are only read.
        self.nss.check(unsafe {
            let every = (functions.CERT_GetDefaultCertDB)();
            (functions.CERT_ChangeCertTrust)(every, certificate.pointer.as_ptr(), &raw mut flags)
        })
    }

    /// Deletes all certificates that `is_meant`, with what they are trusted for.
    pub(super) fn delete(&self, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<(), Error> {
        for entry in self.entries(is_meant)? {
            let certificate = self.find(&entry.der)?;
            // SAFETY: the certificate is valid, and stays so: only the database forgets it.
            self.nss
                .check(unsafe { (self.nss.0.SEC_DeletePermCertificate)(certificate.pointer.as_ptr()) })?;
        }
        Ok(())
    }

    fn trust(&self, der: &[u8]) -> Result<Trust, Error> {
        let certificate = self.find(der)?;
        let mut flags = Flags::default();
        // SAFETY: both are valid.
        let status = unsafe { (self.nss.0.CERT_GetCertTrust)(certificate.pointer.as_ptr(), &raw mut flags) };
        let trust = Trust { ssl: flags.ssl, email: flags.email, code: flags.code };
        // It fails where nothing was ever said of its trust.
        Ok(if status == SUCCESS { trust } else { Trust::default() })
    }

    /// `PK11_FindCertFromDERCertItem` would not do: it gives other flags than those that are kept.
    fn find(&self, der: &[u8]) -> Result<Certificate<'_>, Error> {
        let mut item = Item::of(der)?;
        // SAFETY: the DER is only read.
        self.own(unsafe {
            (self.nss.0.CERT_FindCertByDERCert)((self.nss.0.CERT_GetDefaultCertDB)(), &raw mut item)
        })
    }

    fn own(&self, pointer: *mut c_void) -> Result<Certificate<'_>, Error> {
        let pointer = NonNull::new(pointer).ok_or_else(|| self.nss.error())?;
        Ok(Certificate { pointer, database: self })
    }

    fn objects(&self, class: c_ulong) -> Result<Objects<'_>, Error> {
        let functions = self.nss.0;
        // SAFETY: see above. No objects are no error, and look the same otherwise.
        unsafe {
            (functions.PR_SetError)(0, 0);
            let first = (functions.PK11_FindGenericObjects)(self.slot, class);
            if first.is_null() && (functions.PR_GetError)() != 0 {
                return Err(self.nss.error());
            }
            Ok(Objects { first, database: self })
        }
    }

    fn attribute(&self, object: *mut c_void, which: c_ulong) -> Result<Vec<u8>, Error> {
        let functions = self.nss.0;
        let mut item = Item { kind: 0, data: ptr::null_mut(), len: 0 };
        // SAFETY: the object is valid; what NSS allocated for its value is copied and given back once.
        unsafe {
            self.nss.check((functions.PK11_ReadRawAttribute)(GENERIC, object, which, &raw mut item))?;
            let value =
                if item.data.is_null() { &[] } else { slice::from_raw_parts(item.data, item.len as usize) };
            let value = value.to_owned();
            (functions.SECITEM_FreeItem)(&raw mut item, 0);
            Ok(value)
        }
    }
}

/// A decoded certificate.
struct Certificate<'a> {
    pointer: NonNull<c_void>,
    database: &'a Database,
}

impl Drop for Certificate<'_> {
    fn drop(&mut self) {
        // SAFETY: it came from NSS and is given back once.
        unsafe { (self.database.nss.0.CERT_DestroyCertificate)(self.pointer.as_ptr()) }
    }
}

/// All objects of one class in a database, undecoded.
struct Objects<'a> {
    first: *mut c_void,
    database: &'a Database,
}

impl Drop for Objects<'_> {
    fn drop(&mut self) {
        if !self.first.is_null() {
            // SAFETY: they came from NSS and are given back once, all together.
            unsafe { (self.database.nss.0.PK11_DestroyGenericObjects)(self.first) };
        }
    }
}

impl Objects<'_> {
    /// Pointers that are valid as long as `self` is.
    fn iter(&self) -> impl Iterator<Item = *mut c_void> {
        let some = |object: *mut c_void| (!object.is_null()).then_some(object);
        // SAFETY: each is one of the list, which ends in null.
        iter::successors(some(self.first), move |object| {
            some(unsafe { (self.database.nss.0.PK11_GetNextGenericObject)(*object) })
        })
    }
}

/// A copy of a C string; `None` of a null pointer.
fn text(string: *const c_char) -> Option<String> {
    // SAFETY: the callers give strings of NSS, which end in NUL.
    (!string.is_null()).then(|| unsafe { CStr::from_ptr(string) }.to_string_lossy().into_owned())
}

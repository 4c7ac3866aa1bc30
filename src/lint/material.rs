//! The files that `tls` maps name: read once, and understood as Go reads them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::pki::{self, Facts};

/// What there is to know of a file before it is understood.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Unix permissions, where there are any.
    pub mode: Option<u32>,
}

/// Reads a file.
pub type Open<'a> = &'a dyn Fn(&Path) -> io::Result<Raw>;

/// What a file is, at first sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// It is not there.
    Missing,
    /// It cannot be read: why.
    Unreadable(String),
    /// There is nothing in it.
    Empty,
    /// Text with PEM blocks. (There may be none that the option wants.)
    Pem,
    /// A certificate or key in DER.
    Der,
    /// PKCS #12, mostly `.p12` and `.pfx`.
    Pkcs12,
    /// PKCS #7, mostly `.p7b`, in DER or PEM.
    Pkcs7,
    /// A Java keystore.
    JavaKeystore,
    /// UTF-16 text.
    Utf16,
    /// Anything else.
    Other,
}

/// A private key in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Its public half, as DER of a `SubjectPublicKeyInfo`.
    Clear(Vec<u8>),
    /// It is encrypted.
    Encrypted,
    /// It cannot be read, or is of a kind that nobody here knows.
    Unreadable,
}

/// What keeps Go from a block that seems to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// A UTF-8 byte order mark in front of it.
    Mark,
    /// The end of the block before it, in this line, from 1: then both are lost.
    Glued(usize),
    /// Blanks in front of it, in this line.
    Indented(usize),
}

/// A certificate.
#[derive(Debug)]
pub struct Certificate {
    /// Which of its file, from 1.
    pub number: usize,
    /// What it says.
    pub facts: Facts,
    /// All of it.
    pub der: Vec<u8>,
}

impl Certificate {
    /// Those in PEM or DER, in order.
    ///
    /// # Errors
    /// When there is none, or one cannot be decoded.
    pub(crate) fn all_in(bytes: &[u8]) -> Result<Vec<Rc<Self>>, pki::Error> {
        let ders = pki::certificates(bytes)?.into_iter().enumerate();
        ders.map(|(at, der)| Ok(Rc::new(Self { number: at + 1, facts: Facts::of(&der)?, der }))).collect()
    }
}

/// A file, understood.
#[derive(Debug, Clone)]
pub struct File {
    /// As the configuration names it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub shape: Shape,
    /// The certificates that Go finds in it, in order.
    pub certificates: Vec<Rc<Certificate>>,
    /// Those of them, by number, whose blocks have headers.
    pub headed: Vec<usize>,
    /// Of the blocks that say CERTIFICATE, those that hold none.
    pub broken: usize,
    /// The first private key that Go finds in it.
    pub key: Option<Key>,
    /// Whether the first of the blocks that say CERTIFICATE is among those.
    pub is_first_broken: bool,
    /// What the blocks say that they are.
    pub labels: Vec<String>,
    /// What hides a block, of the first that is hidden.
    pub hidden: Option<Hidden>,
    /// It has the line ends of Windows.
    pub has_crlf: bool,
    /// Unix permissions.
    pub mode: Option<u32>,
}

/// All files, each read once.
pub struct Material<'a> {
    open: Open<'a>,
    workdir: PathBuf,
    files: RefCell<HashMap<String, Rc<File>>>,
    pools: RefCell<HashMap<String, Rc<File>>>,
}

impl<'a> Material<'a> {
    /// Files that are opened so; relative paths are of `workdir`, as nats-server takes them.
    #[must_use]
    pub fn new(open: Open<'a>, workdir: PathBuf) -> Self {
        Self { open, workdir, files: RefCell::default(), pools: RefCell::default() }
    }

    /// A file by the name that the configuration gives it.
    #[must_use]
    pub fn file(&self, name: &str) -> Rc<File> {
        if let Some(known) = self.files.borrow().get(name) {
            return Rc::clone(known);
        }
        let path = self.workdir.join(name);
        let file = Rc::new(File::understand(name.to_owned(), (self.open)(&path), path));
        self.files.borrow_mut().insert(name.to_owned(), Rc::clone(&file));
        file
    }

    /// A file that is named as `ca_file`: Go's pools leave out certificates whose blocks have headers.
    #[must_use]
    pub fn pool(&self, name: &str) -> Rc<File> {
        let file = self.file(name);
        if file.headed.is_empty() {
            return file;
        }
        let mut pools = self.pools.borrow_mut();
        let pool = pools.entry(name.to_owned()).or_insert_with(|| Rc::new(file.as_pool()));
        Rc::clone(pool)
    }

    /// Whether a file is there that the configuration does not name: for hints.
    #[must_use]
    pub fn exists(&self, path: &Path) -> bool {
        (self.open)(path).is_ok()
    }
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

impl File {
    fn understand(name: String, read: io::Result<Raw>, path: PathBuf) -> Self {
        let mut file = Self {
            name,
            path,
            shape: Shape::Missing,
            certificates: Vec::new(),
            headed: Vec::new(),
            broken: 0,
            key: None,
            is_first_broken: false,
            labels: Vec::new(),
            hidden: None,
            has_crlf: false,
            mode: None,
        };
        match read {
            Ok(raw) => file.read(&raw),
            Err(why) if why.kind() == io::ErrorKind::NotFound => {}
            Err(why) => {
                let text = why.to_string();
                let text = text.split(" (os error").next().unwrap_or_default();
                let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
                file.shape = Shape::Unreadable(first.to_lowercase() + rest);
            }
        }
        file
    }

    fn read(&mut self, raw: &Raw) {
        self.mode = raw.mode;
        let bytes = raw.bytes.as_slice();
        self.hidden = hidden(bytes);
        self.has_crlf = bytes.windows(2).any(|two| two == b"\r\n") && !bytes.contains(&0);
        let blocks = pki::pem_blocks(bytes);
        self.shape = shape(bytes, &blocks);
        for block in &blocks {
            self.labels.push(block.label.clone());
            match block.label.as_str() {
                "CERTIFICATE" => self.certificate(block),
                label
                    if self.key.is_none() && (label == "PRIVATE KEY" || label.ends_with(" PRIVATE KEY")) =>
                {
                    self.key = Some(key(label, block));
                }
                _ => {}
            }
        }
    }

    fn certificate(&mut self, block: &pki::PemBlock) {
        let number = self.certificates.len() + 1;
        if let Ok(facts) = Facts::of(&block.der) {
            self.certificates.push(Rc::new(Certificate { number, facts, der: block.der.to_vec() }));
            self.headed.extend(block.has_headers.then_some(number));
        } else {
            self.is_first_broken |= self.certificates.is_empty();
            self.broken += 1;
        }
    }

    fn as_pool(&self) -> Self {
        let is_taken = |one: &&Rc<Certificate>| !self.headed.contains(&one.number);
        let certificates = self.certificates.iter().filter(is_taken).cloned().collect();
        Self { certificates, ..self.clone() }
    }

    /// Whether it was read, whatever it holds.
    #[must_use]
    pub fn is_read(&self) -> bool {
        !matches!(self.shape, Shape::Missing | Shape::Unreadable(_))
    }

    /// The certificate that a server shows.
    #[must_use]
    pub fn leaf(&self) -> Option<&Rc<Certificate>> {
        self.certificates.first()
    }
}

/// Go looks for `-----BEGIN` at the beginning of lines alone, and an `-----END …-----` has to end its line.
fn hidden(bytes: &[u8]) -> Option<Hidden> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let mut lines = bytes.split(|byte| *byte == b'\n').enumerate();
    lines.find_map(|(at, line)| {
        let start = line.windows(BEGIN.len()).position(|window| window[0] == b'-' && window == BEGIN)?;
        match &line[..start] {
            [] => None,
            before if before == MARK => Some(Hidden::Mark),
            before if before.starts_with(b"-----END ") => Some(Hidden::Glued(at + 1)),
            before => before.iter().all(u8::is_ascii_whitespace).then_some(Hidden::Indented(at + 1)),
        }
    })
}

fn key(label: &str, block: &pki::PemBlock) -> Key {
    if block.is_encrypted || label == "ENCRYPTED PRIVATE KEY" {
        return Key::Encrypted;
    }
    pki::public_half(&block.der).map_or(Key::Unreadable, Key::Clear)
}

fn shape(bytes: &[u8], blocks: &[pki::PemBlock]) -> Shape {
    const JKS: &[u8] = b"\xFE\xED\xFE\xED";
    const JCEKS: &[u8] = b"\xCE\xCE\xCE\xCE";
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Shape::Empty;
    }
    if blocks.iter().any(|block| block.label == "PKCS7") {
        return Shape::Pkcs7;
    }
    if !blocks.is_empty() {
        return Shape::Pem;
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Shape::Utf16;
    }
    if bytes.starts_with(JKS) || bytes.starts_with(JCEKS) {
        return Shape::JavaKeystore;
    }
    match pki::der_kind(bytes) {
        Some(pki::DerKind::Pkcs12) => Shape::Pkcs12,
        Some(pki::DerKind::Pkcs7) => Shape::Pkcs7,
        Some(pki::DerKind::CertificateOrKey) => Shape::Der,
        None => Shape::Other,
    }
}

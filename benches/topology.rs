//! `natscert apply` of large systems as a whole process, beside the floor: the same number of P-256 keys and
//! signatures by ring on all cores, and the same files written in parallel, with the same one sync at the end.
//!
//! `cargo bench --bench topology` (`-- --nodes 10000 --runs 5`). `TMPDIR=/dev/shm cargo bench --bench topology -- --scale`:
//! what a node costs among 1,000 to 100,000 in memory, where the history of a disk does not count (some 8 GB).

#![allow(clippy::cast_precision_loss, clippy::format_push_string, clippy::struct_field_names)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

/// How a system of many nodes is cut.
struct Shape {
    name: &'static str,
    manifest: fn(usize) -> String,
}

/// One cluster of everybody.
fn one_cluster(nodes: usize) -> String {
    format!("[clusters.big]\nnodes = [\"n{{1..{nodes}}}.big.example.com\"]\n")
}

/// Clusters of ten, each with gateways to the next one.
fn many_clusters(nodes: usize) -> String {
    let clusters = nodes / 10;
    let mut text = String::from("[gateways]\npairs = [");
    for cluster in 0..clusters {
        text += &format!("[\"c{cluster}\", \"c{}\"], ", (cluster + 1) % clusters);
    }
    text += "]\n";
    for cluster in 0..clusters {
        text += &format!("[clusters.c{cluster}]\nnodes = [\"n{{1..10}}.c{cluster}.example.com\"]\n");
    }
    text
}

const SHAPES: [Shape; 2] = [
    Shape { name: "server and cluster, one cluster", manifest: one_cluster },
    Shape { name: "server, cluster and gateway, clusters of ten", manifest: many_clusters },
];

struct Measured {
    time: Duration,
    peak: u64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |flag: &str, default: usize| {
        let at = arguments.iter().position(|a| a == flag);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let desk = tempfile::tempdir().expect("a temporary folder");
    if arguments.iter().any(|a| a == "--scale") {
        scale(desk.path(), number("--runs", 3));
    } else {
        println!(
            "{:<46} {:>7} {:>9} {:>9} {:>7} {:>9} {:>7} {:>8} {:>9}",
            "median of whole processes",
            "nodes",
            "cold s",
            "floor s",
            "ratio",
            "no-op s",
            "ratio",
            "peak MB",
            "us/node"
        );
        for shape in &SHAPES {
            bench(desk.path(), shape, number("--nodes", 10_000), number("--runs", 5));
        }
    }
}

fn bench(desk: &Path, shape: &Shape, nodes: usize, runs: usize) {
    // Nothing is removed before the end: ext4 looks long for inodes while many were freed a moment ago.
    let desk = &desk.join(format!("{}-{nodes}", shape.name.len()));
    fs::create_dir(desk).expect("a folder");
    let manifest = desk.join("system.toml");
    fs::write(&manifest, (shape.manifest)(nodes)).expect("a manifest");
    apply(desk, &manifest, &desk.join("warm"));
    let plan = Files::of(&desk.join("warm"));
    let (mut cold, mut floor, mut noop, mut ratios, mut noop_ratios, mut peak) =
        (vec![], vec![], vec![], vec![], vec![], 0);
    for run in 0..runs {
        // In turn and in changing order, so that a machine whose speed drifts does so for both.
        let out = desk.join(format!("out{run}"));
        let mut first = None;
        if run % 2 == 0 {
            first = Some(apply(desk, &manifest, &out));
        }
        let least = plan.floor(&desk.join(format!("floor{run}")));
        let first = first.unwrap_or_else(|| apply(desk, &manifest, &out));
        let again = apply(desk, &manifest, &out);
        ratios.push(first.time.as_secs_f64() / least.as_secs_f64());
        noop_ratios.push(again.time.as_secs_f64() / first.time.as_secs_f64());
        peak = peak.max(first.peak).max(again.peak);
        cold.push(first.time.as_secs_f64());
        floor.push(least.as_secs_f64());
        noop.push(again.time.as_secs_f64());
    }
    let cold = median(cold);
    println!(
        "{:<46} {nodes:>7} {cold:>9.2} {:>9.2} {:>7.2} {:>9.2} {:>7.2} {:>8.1} {:>9.1}",
        shape.name,
        median(floor),
        median(ratios),
        median(noop),
        median(noop_ratios),
        peak as f64 / 1024.0,
        cold * 1e6 / nodes as f64
    );
}

/// The cost of a node in systems of growing size, alone on the disk each.
fn scale(desk: &Path, rounds: usize) {
    println!(
        "{:<46} {:>7} {:>9} {:>9} {:>9}",
        "median of whole processes", "nodes", "cold us", "no-op us", "peak MB"
    );
    for shape in &SHAPES {
        for nodes in [1_000, 10_000, 100_000] {
            let manifest = desk.join("system.toml");
            fs::write(&manifest, (shape.manifest)(nodes)).expect("a manifest");
            let (mut cold, mut noop, mut peak) = (vec![], vec![], 0);
            for _ in 0..rounds * if nodes < 100_000 { 5 } else { 1 } {
                let out = desk.join("out");
                let first = apply(desk, &manifest, &out);
                cold.push(first.time.as_secs_f64());
                noop.push(apply(desk, &manifest, &out).time.as_secs_f64());
                peak = peak.max(first.peak);
                fs::remove_dir_all(&out).expect("removed");
            }
            let each = |times| median(times) * 1e6 / nodes as f64;
            println!(
                "{:<46} {nodes:>7} {:>9.1} {:>9.1} {:>9.1}",
                shape.name,
                each(cold),
                each(noop),
                peak as f64 / 1024.0
            );
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One run of natscert, with the most memory it had.
fn apply(desk: &Path, manifest: &Path, out: &Path) -> Measured {
    let begin = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_natscert"))
        .args(["apply", "-q"])
        .arg(manifest)
        .arg("-o")
        .arg(out)
        .env("NATSCERT_CA_DIR", desk.join("ca"))
        .stderr(Stdio::null())
        .spawn()
        .expect("natscert starts");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    let done = loop {
        if let Some(done) = child.try_wait().expect("a child") {
            break done;
        }
        peak = high_water(&status).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(2));
    };
    let time = begin.elapsed();
    assert!(done.success(), "natscert failed");
    Measured { time, peak }
}

/// The peak of the resident set so far, in KiB.
fn high_water(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What an apply wrote.
struct Files {
    dirs: Vec<PathBuf>,
    files: Vec<(PathBuf, usize)>,
    certificates: usize,
}

impl Files {
    fn of(root: &Path) -> Self {
        let mut found = Self { dirs: Vec::new(), files: Vec::new(), certificates: 0 };
        let mut open = vec![root.to_owned()];
        while let Some(dir) = open.pop() {
            found.dirs.push(dir.strip_prefix(root).expect("below").to_owned());
            for entry in fs::read_dir(dir).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.certificates += usize::from(path.ends_with("cert.pem"));
                    let size = usize::try_from(entry.metadata().expect("a file").len()).expect("small");
                    found.files.push((path.strip_prefix(root).expect("below").to_owned(), size));
                }
            }
        }
        found
    }

    /// The least that has to be done: keys, signatures, folders, files, a sync.
    fn floor(&self, root: &Path) -> Duration {
        let begin = Instant::now();
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let ca = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random)
            .expect("a key");
        for dir in &self.dirs {
            fs::create_dir(root.join(dir)).expect("a folder");
        }
        let (keys, files) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let largest = vec![b'x'; self.files.iter().map(|(_, size)| *size).max().unwrap_or(0)];
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    while keys.fetch_add(1, Ordering::Relaxed) < self.certificates {
                        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)
                            .expect("a key");
                        ca.sign(&random, &largest[..500]).expect("a signature");
                    }
                    while let Some((path, size)) = self.files.get(files.fetch_add(1, Ordering::Relaxed)) {
                        let mut file = fs::File::create_new(root.join(path)).expect("a file");
                        file.write_all(&largest[..*size]).expect("written");
                    }
                });
            }
        });
        let open = fs::File::open(root).expect("a folder");
        rustix::fs::syncfs(open).expect("on the disk");
        begin.elapsed()
    }
}

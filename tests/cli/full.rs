//! File systems that are full, read-only, or mounted where the CA directory is, each in a mount namespace of its own.

use super::support::{Done, Sandbox};

/// Runs a script that may mount; what it prints on failure is the reason.
#[track_caller]
fn with_mounts(sandbox: &Sandbox, script: &str) -> Done {
    let mut command = sandbox.tool("unshare");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--mount", "--propagation", "private", "bash", "-euo", "pipefail", "-c"]);
    let done = Done::of(command.arg(format!("{FUNCTIONS}\n{script}")));
    assert_eq!(done.code, Some(0), "needs unshare (util-linux) and the right to mount: {done:?}");
    done
}

const FUNCTIONS: &str = r#"
page=$(getconf PAGE_SIZE)
wrong() { echo "WRONG: $*"; exit 1; }
# refused CODE WORDS ARGS…: a two-line error with WORDS, and the folders as before
refused() {
  local code=$1 words=$2 found=0 before said; shift 2
  before=$(find . -printf '%P %m %l\n' | sort)
  said=$(natscert "$@" 2>&1) || found=$?
  [[ $found == "$code" ]] || wrong "exit code $found of $*: $said"
  [[ $said == 'error: '*$'\n hint: '* && $(wc -l <<< "$said") == 2 ]] || wrong "not two lines: $said"
  [[ ${said%%$'\n'*} == *"$words"* ]] || wrong "no $words: $said"
  diff <(echo "$before") <(find . -printf '%P %m %l\n' | sort) || wrong "left behind by $*"
}
"#;

#[test]
fn a_full_disk_at_every_fill_level() {
    let sandbox = Sandbox::with_ca();
    let script = r#"
mkdir natscert
refusals=0
for free in 0 1 2 3 4 5 6; do  # pages; a bundle takes four
  mount -t tmpfs -o size=$(((16 + free) * page)) none natscert
  head -c $((16 * page)) /dev/zero > natscert/filler
  if natscert issue server localhost >/dev/null 2>&1; then
    natscert issue server localhost --force >/dev/null 2>&1 || refused 1 'no space left' issue server localhost --force
    openssl verify -CAfile natscert/server/localhost/ca.pem natscert/server/localhost/cert.pem > /dev/null
  else
    refusals=$((refusals + 1))
    refused 1 'no space left' issue server localhost
  fi
  umount natscert
done
[[ $refusals == 4 ]] || wrong "$refusals of 7 runs were refused"
"#;
    with_mounts(&sandbox, script);
}

#[test]
fn no_inodes_left() {
    let sandbox = Sandbox::with_ca();
    with_mounts(
        &sandbox,
        r#"
mkdir natscert
refusals=0
for inodes in 1 2 3 4 5 6 7 8 9; do  # the root, server, the bundle, four files
  mount -t tmpfs -o nr_inodes=$inodes none natscert
  if ! natscert issue server localhost >/dev/null 2>&1; then
    refusals=$((refusals + 1))
    refused 1 'no space left' issue server localhost
  fi
  umount natscert
done
[[ $refusals == 6 ]] || wrong "$refusals of 9 runs were refused"
"#,
    );
}

#[test]
fn a_full_disk_under_the_ca_directory() {
    let sandbox = Sandbox::new();
    with_mounts(
        &sandbox,
        r"
mkdir home
for free in 0 1; do
  mount -t tmpfs -o size=$(((16 + free) * page)) none home
  head -c $((16 * page)) /dev/zero > home/filler
  refused 1 'no space left' ca init --ca-dir home/ca
  refused 1 'no space left' issue server localhost --ca-dir home/deep/ca
  refused 1 'no space left' ca init --ca-dir home
  refused 1 'no space left' issue server localhost --ca-dir home
  umount home
done
mount -t tmpfs -o size=$((18 * page)) none home
head -c $((16 * page)) /dev/zero > home/filler
natscert ca init -q --ca-dir home
",
    );
}

#[test]
fn a_mount_point_as_ca_directory() {
    let sandbox = Sandbox::new();
    with_mounts(
        &sandbox,
        r#"
mkdir ca
mount -t tmpfs -o mode=0700 none ca
natscert issue server localhost -q > /dev/null
[[ $(stat -c '%a %n' ca ca/* | tr '\n' ' ') == '700 ca 600 ca/root-key.pem 644 ca/root.pem ' ]] || wrong "$(ls -la ca)"
[[ $(ls -A ca | wc -l) == 2 ]] || wrong "$(ls -A ca)"
openssl verify -CAfile ca/root.pem natscert/server/localhost/cert.pem > /dev/null
refused 2 'there is a CA' ca init
"#,
    );
}

#[test]
fn read_only_file_systems() {
    let sandbox = Sandbox::with_ca();
    with_mounts(
        &sandbox,
        r"
mkdir out home
mount -t tmpfs -o ro none out
mount -t tmpfs -o ro none home
refused 1 'read-only file system' issue server localhost -o out
refused 1 'read-only file system' issue server localhost -o out/deep/down
refused 1 'read-only file system' issue server localhost --ca-dir home
refused 1 'read-only file system' issue server localhost --ca-dir home/ca
refused 1 'read-only file system' ca init --ca-dir home/ca
# A CA that is only read may lie there.
mount --bind ca ca
mount -o remount,ro,bind ca
natscert issue server localhost -q > /dev/null
# Lists too, whose numbers cannot be kept there.
natscert crl 2> said | openssl crl -noout || wrong 'no list'
grep -q 'number of this list is not kept' said || wrong 'not said'
chmod 644 ca/root.pem 2>/dev/null && wrong 'not read-only'
true
",
    );
}

#[test]
fn an_output_folder_that_is_a_mount_point() {
    let sandbox = Sandbox::with_ca();
    with_mounts(
        &sandbox,
        r"
mkdir -p natscert/server/localhost
mount -t tmpfs none natscert/server/localhost
# It cannot be exchanged: say so, and leave it.
refused 1 '' issue server localhost
touch natscert/server/localhost/cert.pem
refused 1 '' issue server localhost --force
",
    );
}

#[test]
fn a_full_disk_under_a_system_is_completed_when_there_is_room() {
    let sandbox = Sandbox::with_ca();
    sandbox.ok(&["new", "-q"]);
    let script = r#"
mkdir nats
for free in 0 3 9 30; do  # pages
  mount -t tmpfs -o size=$((200 * page)) none nats
  head -c $(((200 - free) * page)) /dev/zero > nats/filler 2>/dev/null || true
  said=$(natscert apply nats.toml 2>&1) && wrong "there was no room: $said"
  [[ $said == 'error: '*'no space left on device'*$'\n hint: '* ]] || wrong "$said"
  rm nats/filler
  natscert apply nats.toml 2>/dev/null || wrong "not completed"
  natscert plan nats.toml >/dev/null || wrong "not right"
  [[ ! -e nats/.natscert-apply ]] || wrong "left behind"
  umount nats
done
"#;
    with_mounts(&sandbox, script);
}

#[test]
fn a_roll_that_cannot_write_to_a_bundle_says_how_it_goes_on() {
    let sandbox = Sandbox::with_ca();
    with_mounts(
        &sandbox,
        r#"
for name in a b; do natscert issue server $name.example.com -q > /dev/null; done
b=natscert/server/b.example.com
mount --bind $b $b
for step in start switch; do
  mount -o remount,ro,bind $b
  found=0; said=$(natscert ca roll $step $([ $step = switch ] || echo natscert) 2>&1) || found=$?
  [[ $found == 1 && $said == 'error: '*'read-only file system'*$'\n hint: '*"; then natscert ca roll $step goes on"* ]] || wrong "$said"
  natscert ca roll status > /dev/null && wrong 'nothing is left?'
  mount -o remount,rw,bind $b
  natscert ca roll $step -q
  natscert ca roll status > /dev/null
done
natscert ca roll finish -q
openssl verify -CAfile natscert/server/a.example.com/ca.pem $b/cert.pem > /dev/null
"#,
    );
}

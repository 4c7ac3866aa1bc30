//! A system whose CA is rolled: what that costs it under load, whether everybody can connect anew at each step, and what
//! a reload closes by itself.

mod commands;
mod intermediate;
mod load;
mod reload;
mod root;
mod steps;
mod system;

/// One test per server version for every function named: those that operators roll without an outage.
macro_rules! on_both_servers {
    ($($test:ident),* $(,)?) => { $(
        mod $test {
            use $crate::support::server::Version;
            #[test]
            fn nats_server_2_10_25() { super::$test(Version::V2_10_25); }
            #[test]
            fn nats_server_2_15_1() { super::$test(Version::V2_15_1); }
        }
    )* };
}
use on_both_servers;

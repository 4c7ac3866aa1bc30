//! A progress bar for work that takes longer than a second, for people who watch.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Report;
use crate::apply::Progress;

/// What is quicker needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct Bar {
    drawn: ProgressBar,
    wanted: bool,
    shown: AtomicBool,
    begun: Instant,
}

impl Bar {
    pub(super) fn new(report: &Report) -> Self {
        Self {
            drawn: ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden()),
            wanted: report.speaks() && std::io::stderr().is_terminal(),
            shown: AtomicBool::new(false),
            begun: Instant::now(),
        }
    }

    fn show_if_slow(&self) {
        if self.wanted && self.begun.elapsed() > PATIENCE && !self.shown.swap(true, Ordering::Relaxed) {
            self.drawn.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Progress for Bar {
    fn begin(&self, step: &'static str, parts: usize) {
        let template = if parts == 0 { "{msg:>9} …" } else { "{msg:>9} {wide_bar} {pos}/{len} {eta}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.drawn.set_style(style);
        }
        self.drawn.set_length(parts as u64);
        self.drawn.set_position(0);
        self.drawn.set_message(step);
        self.show_if_slow();
    }

    fn advance(&self, parts: usize) {
        self.drawn.inc(parts as u64);
        self.show_if_slow();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}

//! Every metric of a node: its name, its labels, its unit and what it is for.
//!
//! There is no other way to record a figure. Figures are for looking at and for alarms, never
//! for booking: a gauge is a float, and money on a dashboard is near enough.

use metrics::{Label, Unit};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;

/// What is said about a metric once, whatever its values.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Its name in the exposition, with the unit last.
    pub name: &'static str,
    /// The names of its labels, in the order in which values are given.
    pub labels: &'static [&'static str],
    /// Its unit.
    pub unit: Unit,
    /// What it counts, and what to do when it is high.
    pub help: &'static str,
}

macro_rules! metrics {
    ($(#[$kind_doc:meta])* $kind:ident {
        $($metric:ident $name:literal [$($label:literal),*] $unit:ident $help:literal;)*
    }) => {
        $(#[$kind_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $kind {
            $(#[doc = $help] $metric,)*
        }

        impl $kind {
            /// Every one of them.
            pub const ALL: &[$kind] = &[$($kind::$metric),*];

            /// Its name, labels, unit and help.
            #[must_use]
            pub const fn spec(self) -> Spec {
                match self {
                    $($kind::$metric => Spec {
                        name: $name, labels: &[$($label),*], unit: Unit::$unit, help: $help,
                    },)*
                }
            }
        }
    };
}

metrics! {
    /// What only ever grows while the process lives.
    Counter {
        CommandsApplied "gcfn_commands_applied_total" ["cell"] Count
            "Commands that a cell's machine has answered since the process began, refused ones and \
             those that a restart reads back from the log included.";
        BatchesProposed "gcfn_batches_proposed_total" ["cell"] Count
            "Batches of commands proposed; commands per batch is the group commit at work.";
        HttpRequests "gcfn_http_requests_total" ["door", "class"] Count
            "Requests answered at a door, by class of status: 2xx, 4xx, 5xx.";
        TasksFailed "gcfn_tasks_failed_total" ["task"] Count
            "Tasks that ended with an error or a panic. Anything but zero is in the log.";
    }
}

metrics! {
    /// What is so at the moment.
    Gauge {
        OutboxLag "gcfn_outbox_lag_events" ["outbox"] Count
            "Events in the journal that an outbox has not yet delivered.";
        MirrorLag "gcfn_mirror_lag_seconds" ["cell"] Seconds
            "How far a regulator's verified mirror is behind the cell. Alarm at 5.";
        InstructionsPending "gcfn_bank_instructions_pending" ["bank"] Count
            "Payment instructions that the bank has not answered finally.";
        InstructionsOverdue "gcfn_bank_instructions_overdue" ["bank"] Count
            "Payment instructions unanswered past their deadline. Call the bank.";
        BankQueue "gcfn_bank_queue" ["bank"] Count
            "Payments that a bank does not have yet, with the one that is tried.";
        BankQueueAge "gcfn_bank_queue_age_seconds" ["bank"] Seconds
            "How long ago what is tried now was decided. Zero when nothing waits.";
        BankQueueAttempts "gcfn_bank_queue_attempts" ["bank"] Count
            "How often a bank has not taken what is tried now.";
        BankDown "gcfn_bank_down" ["bank"] Count
            "1 while a bank takes nothing for longer than node.toml lets payments wait: alarm (A-40). \
             See gcfn bank queue.";
        BankBreaks "gcfn_bank_breaks" ["currency"] Count
            "Differences between a bank's books and the node's that have not ended. Should be zero.";
        BankBreaksOverdue "gcfn_bank_breaks_overdue" ["currency"] Count
            "Those that are older than the region's money.unexplained_hours: alarm. See gcfn bank breaks.";
        SuspenseItems "gcfn_suspense_items" ["currency"] Count
            "Movements on the node's accounts and its house's that nobody has explained. Should be zero.";
        SuspenseOverdue "gcfn_suspense_overdue" ["currency"] Count
            "Those that are older than the region's money.unexplained_hours: alarm. See gcfn op suspense \
             list, gcfn clearing suspense list.";
        SuspenseBalance "gcfn_suspense_balance_minor" ["currency"] Count
            "Money at the bank that no instruction explains, in minor units. Should be zero.";
        UnsettledAge "gcfn_unsettled_age_seconds" ["house"] Seconds
            "Time since the value date of the oldest cycle that has not settled ended. Zero when all \
             have in time.";
        CyclesLate "gcfn_cycles_late" ["house"] Count
            "Cycles that still owe somebody an hour past their pay-in deadline. Alarm at 1 (CLR-06).";
        PayInsReturned "gcfn_pay_ins_returned" ["house"] Count
            "Pay-ins that a bank has taken back from the house and nobody has paid again. Alarm at 1. See \
             gcfn clearing claims.";
        CertificateExpiry "gcfn_certificate_expiry_timestamp_seconds" [] Seconds
            "When this node's TLS certificate expires, in Unix time.";
        BuildInfo "gcfn_build_info" ["version", "network", "role", "node"] Count
            "Always 1; the labels say what is running.";
    }
}

metrics! {
    /// How long things take.
    Timing {
        Commit "gcfn_commit_seconds" ["cell"] Seconds
            "From proposal of a batch until it is committed by a quorum and carried out here.";
        Apply "gcfn_apply_seconds" ["cell"] Seconds
            "Carrying out one committed batch.";
        HttpRequest "gcfn_http_request_seconds" ["door"] Seconds
            "From the headers of a request to the headers of its answer.";
    }
}

/// The bounds of every timing, in seconds: from a local fsync to a call across the world.
const BOUNDS: [f64; 12] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

impl Counter {
    /// Adds `count`. `values` are those of the metric's labels, in order.
    pub fn add(self, values: &[&str], count: u64) {
        let spec = self.spec();
        metrics::counter!(spec.name, labels(spec, values)).increment(count);
    }
}

impl Gauge {
    /// Sets the figure. `values` are those of the metric's labels, in order.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is for looking at, not for booking")]
    pub fn set(self, values: &[&str], figure: i64) {
        let spec = self.spec();
        metrics::gauge!(spec.name, labels(spec, values)).set(figure as f64);
    }
}

impl Timing {
    /// Records one duration. `values` are those of the metric's labels, in order.
    pub fn record(self, values: &[&str], took: Duration) {
        let spec = self.spec();
        metrics::histogram!(spec.name, labels(spec, values)).record(took.as_secs_f64());
    }
}

fn labels(spec: Spec, values: &[&str]) -> Vec<Label> {
    debug_assert_eq!(spec.labels.len(), values.len(), "label values of {}", spec.name);
    let pairs = spec.labels.iter().zip(values);
    pairs.map(|(name, value)| Label::new(*name, (*value).to_owned())).collect()
}

/// Every metric, in the order of the tables above.
pub fn specs() -> impl Iterator<Item = Spec> {
    let counters = Counter::ALL.iter().map(|metric| metric.spec());
    let gauges = Gauge::ALL.iter().map(|metric| metric.spec());
    let timings = Timing::ALL.iter().map(|metric| metric.spec());
    counters.chain(gauges).chain(timings)
}

/// Why metrics are not being recorded.
#[derive(Debug, thiserror::Error)]
#[error("install the recorder of metrics, once in a process")]
pub struct InstallFault(#[from] BuildError);

/// The recorded figures.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins recording, for the whole process and once. Before this, figures are dropped.
    ///
    /// # Errors
    /// [`InstallFault`]: there is a recorder already.
    pub fn install() -> Result<Metrics, InstallFault> {
        let handle = builder()?.install_recorder()?;
        describe();
        Ok(Metrics(handle))
    }

    /// All figures in the Prometheus text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets(&BOUNDS)
}

fn describe() {
    for spec in Counter::ALL.iter().map(|metric| metric.spec()) {
        metrics::describe_counter!(spec.name, spec.unit, spec.help);
    }
    for spec in Gauge::ALL.iter().map(|metric| metric.spec()) {
        metrics::describe_gauge!(spec.name, spec.unit, spec.help);
    }
    for spec in Timing::ALL.iter().map(|metric| metric.spec()) {
        metrics::describe_histogram!(spec.name, spec.unit, spec.help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn rendered(record: impl FnOnce()) -> String {
        let recorder = builder().expect("the bounds are not empty").build_recorder();
        let metrics = Metrics(recorder.handle());
        metrics::with_local_recorder(&recorder, || {
            describe();
            record();
        });
        metrics.render()
    }

    #[test]
    fn every_metric_is_rendered_with_its_help() {
        let text = rendered(|| {
            for metric in Counter::ALL {
                metric.add(metric.spec().labels, 1);
            }
            for metric in Gauge::ALL {
                metric.set(metric.spec().labels, 1);
            }
            for metric in Timing::ALL {
                metric.record(metric.spec().labels, Duration::from_millis(3));
            }
        });
        for Spec { name, help, .. } in specs() {
            assert!(text.contains(&format!("# HELP {name} {help}\n")), "{name} in {text}");
            assert!(text.contains(&format!("\n{name}")), "{name} in {text}");
        }
        assert!(text.contains(r#"gcfn_apply_seconds_bucket{cell="cell",le="0.005"} 1"#), "{text}");
    }

    #[test]
    fn names_follow_one_grammar() {
        let names: BTreeSet<&str> = specs().map(|spec| spec.name).collect();
        assert_eq!(names.len(), specs().count(), "a name is used once");
        assert!(names.iter().all(|name| name.starts_with("gcfn_")));
        assert!(Counter::ALL.iter().all(|metric| metric.spec().name.ends_with("_total")));
        assert!(Timing::ALL.iter().all(|metric| metric.spec().name.ends_with("_seconds")));
        assert!(specs().all(|spec| spec.help.ends_with('.')));
    }
}

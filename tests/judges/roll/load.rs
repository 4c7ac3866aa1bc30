//! A steady load: numbered messages from every publisher to every subscriber, and what of them never came.

use crate::support::nats::{open_url, options, runtime};
use crate::support::poll;
use crate::topology::world::World;
use async_nats::Client;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Between two messages of one publisher.
const PAUSE: Duration = Duration::from_millis(5);

/// How often each number of each publisher came.
type Seen = Arc<Mutex<BTreeMap<String, Vec<usize>>>>;

/// Clients that publish on some servers, and subscribe on all.
pub(super) struct Load {
    /// Where each publisher is, and how many messages it has sent.
    sent: BTreeMap<String, Arc<AtomicUsize>>,
    /// Where each subscriber is, and what it got.
    seen: BTreeMap<String, Seen>,
    clients: Vec<Client>,
    tasks: Vec<JoinHandle<()>>,
}

/// A moment of the load: how many messages each publisher had sent by then.
#[derive(Clone, Debug)]
pub(super) struct Moment(BTreeMap<String, usize>);

impl Load {
    /// Starts it, and waits until every subscriber hears of every publisher.
    pub(super) fn start(world: &World, client: &str, publishers: &[&str]) -> Load {
        let mut load =
            Load { sent: BTreeMap::new(), seen: BTreeMap::new(), clients: Vec::new(), tasks: Vec::new() };
        for node in world.nodes.keys() {
            let (client, seen) = (load.connect(world, client, node), Seen::default());
            load.tasks.push(runtime().spawn(subscribe(client, Arc::clone(&seen))));
            load.seen.insert(node.clone(), seen);
        }
        for node in publishers {
            let (client, sent) = (load.connect(world, client, node), Arc::default());
            load.tasks.push(runtime().spawn(publish(client, (*node).to_owned(), Arc::clone(&sent))));
            load.sent.insert((*node).to_owned(), sent);
        }
        load.settle();
        load
    }

    fn connect(&mut self, world: &World, client: &str, node: &str) -> Client {
        let url = format!("tls://{}", world.node(node).address(""));
        let client = open_url(options(&world.client(client)).name(format!("load at {node}")), &url).unwrap();
        self.clients.push(client.clone());
        client
    }

    /// Lets every client connect anew; how many there are.
    pub(super) fn reconnect(&self) -> usize {
        for client in &self.clients {
            runtime().block_on(client.force_reconnect()).unwrap();
        }
        self.clients.len()
    }

    /// Now.
    pub(super) fn moment(&self) -> Moment {
        let count = |(node, sent): (&String, &Arc<AtomicUsize>)| (node.clone(), sent.load(Ordering::SeqCst));
        Moment(self.sent.iter().map(count).collect())
    }

    /// Waits until every subscriber has something from every publisher that was sent after this call: what was sent
    /// before and did not come by then is lost, since messages of one publisher come in their order.
    pub(super) fn settle(&self) -> Moment {
        let now = self.moment();
        let pairs =
            || self.seen.iter().flat_map(|(node, seen)| now.0.iter().map(move |sent| (node, seen, sent)));
        let behind = || {
            let behind = pairs().filter(|(_, seen, (publisher, count))| {
                seen.lock().unwrap().get(*publisher).is_none_or(|seen| seen.len() <= **count)
            });
            behind.map(|(node, _, (publisher, _))| format!("{node} of {publisher}")).collect::<Vec<_>>()
        };
        assert!(poll(|| behind().is_empty().then_some(())).is_some(), "nothing more comes: {:?}", behind());
        now
    }

    /// What was sent between two moments and never came, or came twice: how many messages, by subscriber and publisher.
    pub(super) fn wrong(&self, from: &Moment, to: &Moment) -> BTreeMap<String, usize> {
        let mut wrong = BTreeMap::new();
        for (node, seen) in &self.seen {
            let seen = seen.lock().unwrap();
            for (publisher, from) in &from.0 {
                let times =
                    |number| seen.get(publisher).and_then(|seen| seen.get(number)).copied().unwrap_or(0);
                for number in *from..to.0[publisher] {
                    let what = match times(number) {
                        0 => "lost",
                        1 => continue,
                        _ => "doubled",
                    };
                    *wrong.entry(format!("{what} {publisher} to {node}")).or_default() += 1;
                }
            }
        }
        wrong
    }
}

async fn publish(client: Client, node: String, sent: Arc<AtomicUsize>) {
    let mut pause = tokio::time::interval(PAUSE);
    loop {
        pause.tick().await;
        let number = sent.load(Ordering::SeqCst);
        client.publish(format!("load.{node}"), number.to_string().into()).await.unwrap();
        sent.store(number + 1, Ordering::SeqCst);
    }
}

async fn subscribe(client: Client, seen: Seen) {
    let mut messages = client.subscribe("load.>").await.unwrap();
    while let Some(message) = messages.next().await {
        let publisher = message.subject.strip_prefix("load.").unwrap();
        let number: usize = std::str::from_utf8(&message.payload).unwrap().parse().unwrap();
        let mut seen = seen.lock().unwrap();
        let seen = seen.entry(publisher.to_owned()).or_default();
        if seen.len() <= number {
            seen.resize(number + 1, 0);
        }
        seen[number] += 1;
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

//! Connects to a NATS server over TLS, sends itself a message and prints it.
//!
//! `cargo run --example hello -- URL CA [CERT KEY]`

use std::error::Error;
use std::path::PathBuf;

use async_nats::ConnectOptions;
use futures_util::StreamExt as _;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (url, ca, certificate) = match arguments.as_slice() {
        [url, ca] => (url, ca, None),
        [url, ca, cert, key] => (url, ca, Some((PathBuf::from(cert), PathBuf::from(key)))),
        _ => return Err("usage: hello URL CA [CERT KEY]".into()),
    };
    let mut options = ConnectOptions::new().require_tls(true).add_root_certificates(PathBuf::from(ca));
    if let Some((cert, key)) = certificate {
        options = options.add_client_certificate(cert, key);
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(hello(options, url))
}

async fn hello(options: ConnectOptions, url: &str) -> Result<(), Box<dyn Error>> {
    let client = options.connect(url).await?;
    println!("connected over TLS to nats-server {}", client.server_info().version);
    let mut inbox = client.subscribe("greetings").await?;
    client.publish("greetings", "hello".into()).await?;
    let message = inbox.next().await.ok_or("the server hung up")?;
    println!("received: {}", String::from_utf8_lossy(&message.payload));
    Ok(())
}

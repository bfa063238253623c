//! One connection: frames in, frames out.

use super::world::{Done, Fault, Shared};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::sync::Arc;
use tokio::net::{UnixListener, UnixStream};
use tokio_tungstenite::tungstenite::Message;

pub(super) async fn accept(listener: UnixListener, shared: Arc<Shared>) {
    let mut open = tokio::task::JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        // The owned set ends every connection with this task.
        while open.try_join_next().is_some() {}
        open.spawn(serve(socket, Arc::clone(&shared)));
    }
}

async fn serve(socket: UnixStream, shared: Arc<Shared>) {
    let hangs = shared.world().fault == Fault::Hangs;
    if hangs {
        return std::future::pending().await;
    }
    let Ok(mut stream) = tokio_tungstenite::accept_async(socket).await else {
        return;
    };
    let (id, mut frames) = {
        let mut world = shared.world();
        world.connections += 1;
        world.clients.add()
    };
    loop {
        tokio::select! {
            frame = frames.recv() => {
                // It was hung up on.
                let Some(frame) = frame else { break };
                if stream.send(Message::text(frame)).await.is_err() { break }
            }
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let fault = shared.world().fault.clone();
                    if let Fault::Slow(late) = fault {
                        tokio::time::sleep(late).await;
                    }
                    if fault != Fault::Hangs && !take(&shared, id, &text) { break }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            }
        }
    }
    shared.world().clients.drop_one(id);
}

/// Takes one frame in; false: the connection is closed on it.
fn take(shared: &Shared, client: u64, text: &str) -> bool {
    let Ok(frame) = serde_json::from_str::<Value>(text) else {
        return true;
    };
    let mut world = shared.world();
    let goes_on = match (frame["method"].as_str(), &frame["id"]) {
        (Some("initialized"), _) => true,
        (Some(method), id) => {
            let done = Done::Called(method.to_owned(), frame["params"].clone());
            world.done.push(done);
            if world.fault_at(method) {
                false
            } else {
                world.called(client, id, method, &frame["params"]);
                true
            }
        }
        (None, id) => match id.as_u64() {
            Some(id) if world.open.contains_key(&id) => {
                world.done.push(Done::Answered(id, frame["result"].clone()));
                let closes = world.fault == Fault::ClosesAtAnswer;
                if !closes {
                    world.resolved(id);
                }
                !closes
            }
            // Late answers are for nobody.
            Some(_) | None => true,
        },
    };
    shared.note();
    goes_on
}

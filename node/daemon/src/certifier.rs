//! The network's authority at the root: whoever is admitted gets a certificate, once.

use crate::files::NodeFiles;
use crate::membership::issued_file;
use crate::network::{certify, identity_of, open_authority};
use crate::voice::Voice;
use anyhow::{Context, Result, anyhow};
use gcfn_cell::{Cell, Clock, SystemClock};
use gcfn_council::{Council, Member, Status, Verb};
use gcfn_model::NodeId;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::collections::BTreeSet;
use std::time::Duration;

const BEAT: Duration = Duration::from_millis(250);

/// Issues certificates for ever. They are good by real time, whatever the network's clock says.
///
/// # Errors
/// When the authority's files cannot be used.
pub(crate) async fn certify_members(
    cell: Cell<Council>,
    voice: Voice,
    files: NodeFiles,
) -> Result<()> {
    let authority = open_authority(&files, voice.network)?;
    let mut hopeless = BTreeSet::<(NodeId, String)>::new();
    loop {
        tokio::time::sleep(BEAT).await;
        let waiting = cell.read(|council| {
            let waits = |member: &&Member| {
                member.status == Status::Admitted && member.certificate_request.is_some()
            };
            council.directory().members().filter(waits).cloned().collect::<Vec<_>>()
        });
        for Member { profile, certificate_request, .. } in waiting {
            let request = certificate_request.context("filtered for it")?;
            if hopeless.contains(&(profile.node, request.clone())) {
                continue;
            }
            let identity = identity_of(voice.network, &profile);
            let issued = match certify(&authority, &request, identity, SystemClock.now()) {
                Ok(issued) => issued,
                // One member's request keeps nobody else waiting; it is not looked at again.
                Err(error) => {
                    let node = profile.node;
                    tracing::error!(%node, error = format!("{error:#}"), "no certificate");
                    hopeless.insert((node, request));
                    continue;
                }
            };
            files.write(&issued_file(profile.node), issued.pem.as_bytes(), 0o644)?;
            let der = CertificateDer::from_pem_slice(issued.pem.as_bytes());
            let record = Verb::RecordCertificate {
                node: profile.node,
                serial: *issued.serial.as_bytes(),
                certificate: der.map_err(|error| anyhow!("issued certificate: {error}"))?.to_vec(),
            };
            match voice.say(record).await {
                Ok(Ok(_)) => {}
                Ok(Err(refusal)) => tracing::warn!(%refusal, "certificate not recorded"),
                Err(error) => tracing::debug!(error = format!("{error:#}"), "record certificate"),
            }
        }
    }
}

//! The network's authority at the root: whoever is admitted gets a certificate, once, and the
//! directory says which.

use crate::files::NodeFiles;
use crate::membership::issued_file;
use crate::network::{certify, identity_of, open_authority};
use crate::voice::Voice;
use anyhow::{Context, Result, anyhow};
use gcfn_cell::{Cell, Clock, SystemClock};
use gcfn_council::{Council, Member, Status, Verb};
use gcfn_link::certificate::MemberCertificate;
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
    record_founders(&cell, &voice, &files).await?;
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
            record(&voice, profile.node, &issued.pem).await?;
        }
    }
}

/// Who founded the network was certified before there was a directory to say so.
async fn record_founders(cell: &Cell<Council>, voice: &Voice, files: &NodeFiles) -> Result<()> {
    let unrecorded = |member: &&Member| {
        member.status == Status::Admitted
            && member.certificate.is_none()
            && member.certificate_request.is_none()
    };
    loop {
        let waiting = cell.read(|council| {
            let founders = council.directory().members().filter(unrecorded);
            founders.map(|member| member.profile.node).collect::<Vec<_>>()
        });
        let issued = waiting.into_iter().filter(|node| files.path(&issued_file(*node)).exists());
        let issued: Vec<NodeId> = issued.collect();
        if issued.is_empty() {
            return Ok(());
        }
        for node in issued {
            let path = files.path(&issued_file(node));
            let pem = std::fs::read_to_string(&path)
                .with_context(|| format!("read {}", path.display()))?;
            let recorded = record(voice, node, &pem).await;
            recorded.with_context(|| format!("record {}", path.display()))?;
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// Has the directory say which certificate a member has. What is not heard is said again.
async fn record(voice: &Voice, node: NodeId, pem: &str) -> Result<()> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes())
        .map_err(|error| anyhow!("certificate of {node}: {error}"))?;
    let serial = *MemberCertificate::read(&der)?.serial.as_bytes();
    let certificate = der.to_vec();
    match voice.say(Verb::RecordCertificate { node, serial, certificate }).await {
        Ok(Ok(_)) => {}
        Ok(Err(refusal)) => tracing::warn!(%node, %refusal, "certificate not recorded"),
        Err(error) => tracing::debug!(error = format!("{error:#}"), "record certificate"),
    }
    Ok(())
}

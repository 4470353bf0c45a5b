//! What the venue of a node must apply of what the federation decided.

use crate::council::Council;
use crate::decision::Decision;
use crate::directory::Member;
use crate::event::Event;
use alloc::vec::Vec;
use gcfn_model::NodeId;
use gcfn_venue::{ClearingNotice, Notice, notices};

impl Council {
    /// What the venue of `node` must apply because of `event`, in order. Nothing for a node
    /// without a venue.
    ///
    /// A node acts on a decision once it is final: when the event's sequence number is at most
    /// [`Council::final_seq`]. Who is a member is read from the directory as it is now, which
    /// may be ahead of the event: the events in between tell the same again, so that a venue
    /// which applies all of them in order ends where the directory does.
    #[must_use]
    pub fn notices_for(&self, event: &Event, node: NodeId) -> Vec<Notice> {
        let receiver = self.directory.member(node).filter(|member| member.profile.role.trades());
        let Some(receiver) = receiver else { return Vec::new() };
        match event {
            Event::Founded { .. } => self.others(receiver),
            Event::Decided { decision, .. } => self.membership(receiver, decision),
            Event::Equivocated { node: suspended, .. } => suspension(receiver, *suspended),
            Event::Locked { rate, .. } if rate.holder == node => Vec::from([Notice::Locked(*rate)]),
            Event::AffirmationRefused { by, bundle, reason } if *by == node => {
                let (house, bundle) = (self.house().id(), *bundle);
                let notice = ClearingNotice::Refused { house, bundle, reason: reason.in_house() };
                Vec::from([Notice::Clearing(notice)])
            }
            Event::Clearing(event) => {
                let told = notices(self.house(), event).into_iter();
                told.filter(|(to, _)| *to == node).map(|(_, n)| Notice::Clearing(n)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn membership(&self, receiver: &Member, decision: &Decision) -> Vec<Notice> {
        let node = decision.node();
        match decision {
            Decision::Admit { .. } if node == receiver.profile.node => self.others(receiver),
            Decision::Admit { .. } | Decision::Resume { .. } | Decision::CapDebit { .. } => self
                .directory
                .member(node)
                .and_then(|of| admission(receiver, of))
                .into_iter()
                .collect(),
            Decision::Suspend { .. } | Decision::Remove { .. } => suspension(receiver, node),
            Decision::RotateKey { .. } => Vec::new(),
        }
    }

    /// Everybody whom the receiver may trade with.
    fn others(&self, receiver: &Member) -> Vec<Notice> {
        self.directory.trading().filter_map(|other| admission(receiver, other)).collect()
    }
}

/// A member may trade at the receiver's venue, up to its cap in that venue's currency.
fn admission(receiver: &Member, member: &Member) -> Option<Notice> {
    let (node, region) = (member.profile.node, member.profile.region);
    if !member.is_trading() || node == receiver.profile.node {
        return None;
    }
    let debit_cap = *member.debit_caps.get(&receiver.profile.currency?)?;
    Some(Notice::MemberAdmitted { node, region, debit_cap })
}

fn suspension(receiver: &Member, node: NodeId) -> Vec<Notice> {
    let told = node != receiver.profile.node;
    told.then_some(Notice::MemberSuspended { node }).into_iter().collect()
}

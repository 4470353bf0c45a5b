//! Every reason for a no.

use crate::directory::APPLICANTS_MAX;
use crate::profile::{ProfileFault, TEXT_MAX};
use crate::report::REPORTS_MAX;
use gcfn_banking::DeskRefusal;
use gcfn_clearing::HouseRefusal;
use gcfn_model::{BusinessDate, LockId, NodeId};
use gcfn_venue::PROPOSED_TRADES_MAX;
use serde::{Deserialize, Serialize};

/// Why a command is refused. A refused command changes nothing but what is remembered of it,
/// and leaves at most an alert in the journal.
///
/// Listed in order of precedence; numbers are never reused. Each says what the sender can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
#[non_exhaustive]
pub enum Refusal {
    /// The author is not in the directory. Apply through a member.
    #[error("author is not in the directory")]
    UnknownAuthor = 1,
    /// The signature is not the author's, or not of this command in this network. Sign again.
    #[error("signature is not the author's over this command in this network")]
    WrongSignature = 2,
    /// The command is no longer good. Sign it again with a new id.
    #[error("command has expired")]
    Expired = 3,
    /// The command would be good for too long. Let it expire sooner.
    #[error("command expires later than the network allows")]
    ExpiresTooLate = 4,
    /// The command id was used for another command. Send a new id.
    #[error("command id was used before with other content")]
    IdempotencyConflict = 5,
    /// The author is not admitted, or is suspended or removed. Ask the validators.
    #[error("author is not an active member")]
    NotActive = 6,
    /// The author's role may not send this. A regulator may send nothing.
    #[error("role may not send this command")]
    NotPermitted = 7,

    /// The applicant did not sign its request with the key in it. Sign again.
    #[error("join request is not signed with the key in it")]
    JoinSignature = 20,
    /// The request is for another network.
    #[error("request is for another network")]
    OtherNetwork = 21,
    /// The profile is not sound.
    #[error("profile: {0}")]
    Profile(ProfileFault) = 22,
    /// A text or a certificate is too long. Texts have at most [`TEXT_MAX`] bytes.
    #[error("text is above {TEXT_MAX} bytes, or certificate is too long")]
    TooLong = 23,
    /// The name belongs to another node, or did. Choose another.
    #[error("name is taken")]
    NameTaken = 24,
    /// The key belongs to another node, or did. Make a new one.
    #[error("key is taken")]
    KeyTaken = 25,
    /// The network has one root from its beginning to its end.
    #[error("network has exactly one root")]
    RoleTaken = 26,
    /// A regional is a validator from the beginning. Name it when a network is founded.
    #[error("a regional is a founder: it joins when the network is founded")]
    FoundersOnly = 35,
    /// The founding validators keep the federation's log among them, and nobody else's word is heard
    /// for it: more than half of them must be left. Let another be resumed first.
    #[error("no majority of the validators would be left")]
    TooFewValidators = 36,
    /// No such node. Let it apply first.
    #[error("node is not in the directory")]
    UnknownNode = 28,
    /// The node's status does not allow this step.
    #[error("status of the node does not allow this step")]
    WrongStatus = 29,
    /// The notes are not two histories of the node's own cell, signed by its key.
    #[error("notes do not prove that the node signed two histories")]
    NoEvidence = 30,
    /// The series is listed with another content or by another node.
    #[error("series is listed with other content")]
    SeriesTaken = 31,
    /// The series has no coupons, no face value, or has ended.
    #[error("series has no coupons, no face value or has ended")]
    SeriesTerms = 32,
    /// The node has applied with another request than the one approved. Look at that one.
    #[error("node has applied with another request")]
    OtherRequest = 33,
    /// [`APPLICANTS_MAX`] nodes wait for the validators' decision. Apply again later.
    #[error("{APPLICANTS_MAX} nodes wait to be admitted")]
    TooManyApplicants = 34,

    /// There is no report, or there are more than [`REPORTS_MAX`]. Publish in parts.
    #[error("not 1 to {REPORTS_MAX} reports")]
    ReportCount = 50,
    /// The cell is not one of the author's region, or not an active member's. Leave it out.
    #[error("cell {0} is not one of an active member of this region")]
    ForeignCell(NodeId) = 51,
    /// The checkpoint is not the cell's own, or not signed by its node.
    #[error("checkpoint is not signed by {0} for its own cell")]
    CheckpointSignature(NodeId) = 52,
    /// A later head of the cell is known.
    #[error("a later head of {0} is known")]
    CheckpointBehind(NodeId) = 53,
    /// The proof does not show that the head continues the known one. Prove from the known size.
    #[error("head of {0} is not shown to continue the known one")]
    NotContinued(NodeId) = 54,
    /// The round is not the next one.
    #[error("round is not number {expected}")]
    RoundNumber {
        /// The next one.
        expected: u64,
    } = 55,
    /// The next round is not due. Wait.
    #[error("next round is not due")]
    RoundNotDue = 56,
    /// Another validator's turn is not over, or the last round may still become final. Wait.
    #[error("it is another validator's turn, or the last round is open")]
    NotYourTurn = 57,
    /// The federation computes another root. Catch up and propose again.
    #[error("root is not what the federation computes")]
    RootDiffers = 58,
    /// The round was never proposed, or was passed over. Sign the latest.
    #[error("round is not open")]
    UnknownRound = 59,
    /// Not by a validator in the round's roster, or not over this round.
    #[error("co-signature is not one of the round's validators over this round")]
    CosignatureWrong = 60,

    /// The author was not admitted as a dealer.
    #[error("author is not a dealer")]
    NotADealer = 80,
    /// The pair is not two currencies in the order of the list, or a rate's term is zero or above
    /// 10^12. Write it anew.
    #[error("quote's pair or rates are not well formed")]
    QuoteTerms = 81,
    /// The dealer would buy for more than it sells for.
    #[error("quote is crossed")]
    QuoteCrossed = 82,
    /// The quote is no longer good, or is good for too long.
    #[error("quote is stale or good for too long")]
    QuoteStale = 83,
    /// The quote is too far from the median of the other dealers'. Compare your feed.
    #[error("quote is outside the band round the other dealers' median")]
    QuoteOutlier = 84,
    /// A rate is between two currencies, and for something.
    #[error("lock is for nothing or between one currency and itself")]
    LockTerms = 85,
    /// No live quote of another dealer is good for so much. Ask for less, or later.
    #[error("no live quote is good for this size")]
    NoQuote = 86,
    /// No business date has begun yet.
    #[error("no business date is open")]
    NoDate = 87,
    /// Business dates begin in their order.
    #[error("business date is not after the last one")]
    DateOrder = 88,
    /// A currency has no calendar, or its calendar ends before the value date.
    #[error("calendars do not reach the value date")]
    CalendarEnds = 89,

    /// The bundle is not one buyer's payment to one dealer, and that dealer's to one home node; nor,
    /// without a locked rate, one buyer's to one home node in the currency of both.
    #[error("bundle is not one buyer and one home node, with one dealer or one currency between")]
    BundleShape = 110,
    /// No such lock, or its value date has passed.
    #[error("{0} is not a lock of this network that can still settle")]
    UnknownLock(LockId) = 111,
    /// Another bundle has used the lock.
    #[error("{0} was used by another bundle")]
    LockUsed(LockId) = 112,
    /// Another holder, dealer, currency or value date than the bundle has.
    #[error("{0} is of another holder, dealer, currency or value date")]
    LockMismatch(LockId) = 113,
    /// What is paid is not what the locked rate asks for, rounded up.
    #[error("payment is not what {0} asks for")]
    LockRate(LockId) = 114,
    /// The bundle uses more of the lock than it is good for.
    #[error("bundle uses more of {0} than it is good for")]
    LockExceeded(LockId) = 115,
    /// The uses do not add up to the obligations.
    #[error("uses do not add up to the obligations")]
    SumsDiffer = 116,
    /// The other side named other locks for this bundle. Compare trades with it.
    #[error("the other side named other locks for this bundle")]
    UsesDiffer = 117,
    /// The clearing house refuses; the reason is the house's.
    #[error("clearing house refuses: {0}")]
    House(HouseRefusal) = 118,
    /// The bank names an account that is not the house's.
    #[error("account is not the clearing house's")]
    ForeignAccount = 119,
    /// The desk refuses; the reason is the desk's.
    #[error("desk refuses: {0}")]
    Desk(DeskRefusal) = 120,
    /// A bundle uses more locked rates than one may. Affirm it in several.
    #[error("bundle has more than {PROPOSED_TRADES_MAX} uses of locked rates")]
    TooManyUses = 121,
    /// On this day fewer than two currencies of the network settle, or not the one that a bundle
    /// is in. Open cycles for business days, and settle on them.
    #[error("too few currencies settle on {0}")]
    NotABusinessDay(BusinessDate) = 122,
    /// The rate was locked, and is no longer good. Ask for another under a new id.
    #[error("{0} has expired")]
    LockExpired(LockId) = 123,

    /// The calendar has a weekend of seven days or an unknown one, too many days or years, or does
    /// not reach the first day of the change. Write it anew.
    #[error("calendar is not well formed, or does not reach the first day of the change")]
    CalendarShape = 140,
    /// Days that have begun stay as they are. Let the change begin later.
    #[error("change of a calendar does not begin after {0}")]
    CalendarPast(BusinessDate) = 141,
    /// Between what is known and the change there would be days without an answer. Let the change
    /// begin sooner.
    #[error("calendar that is known ends before the change begins")]
    CalendarGap = 142,
    /// A rate that is locked settles on the day. Let the change begin after it.
    #[error("a locked rate settles on {0}, which would be closed")]
    CalendarTaken(BusinessDate) = 143,

    /// One person may not do this alone. Say who asks.
    #[error("two persons must, and who asks is not said")]
    TwoPersons = 160,
    /// Nothing of that name waits: it was done, given up, or has lapsed. Propose it again.
    #[error("nothing of that name waits for a second person")]
    UnknownProposal = 161,
    /// The second person is another one than the first.
    #[error("a second person must approve")]
    SecondPerson = 162,
}

impl Refusal {
    /// Why an affirmation was refused, in the words that a venue knows. That locks do not explain
    /// a bundle is, to the venue that bundled it, a difference with what everybody else recorded.
    #[must_use]
    pub const fn in_house(self) -> HouseRefusal {
        match self {
            Refusal::House(reason) => reason,
            _ => HouseRefusal::Mismatch,
        }
    }
}

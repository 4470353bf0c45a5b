//! Every reason for a no.

use crate::abroad::DEAL_QUANTITY_MAX;
use crate::dispute::EVIDENCE_MAX;
use gcfn_banking::DeskRefusal;
use gcfn_clearing::HouseRefusal;
use serde::{Deserialize, Serialize};

/// Why a command is refused. A refused command leaves no trace in the books.
///
/// Numbers are never reused. Each says what the sender can do; `docs/refusals.md` lists them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
#[non_exhaustive]
pub enum Rejection {
    /// The command id was used for another command. Send a new id.
    #[error("command id was used before with other content")]
    IdempotencyConflict,
    /// The role may not send this command. Ask an operator of the node.
    #[error("role may not send this command")]
    NotPermitted,
    /// The object belongs to somebody else.
    #[error("it belongs to another party")]
    NotYours,
    /// No such party here. Register it first.
    #[error("party is not known at this node")]
    UnknownParty,
    /// The party id is taken.
    #[error("party exists already")]
    PartyExists,
    /// The party is of the wrong kind, or the kind or identity level does not exist.
    #[error("party is not of the kind that this asks for")]
    PartyKind,
    /// The party is frozen. Ask compliance.
    #[error("party is frozen")]
    Frozen,
    /// The party is not frozen.
    #[error("party is not frozen")]
    NotFrozen,
    /// Identify the party further before it trades.
    #[error("identity level is below what this asks for")]
    KycTooLow,
    /// No such issuer here.
    #[error("issuer is not known at this node")]
    UnknownIssuer,
    /// The issuer applied before.
    #[error("issuer exists already")]
    IssuerExists,
    /// The issuer is not active. Wait for approval.
    #[error("issuer is not active")]
    IssuerNotActive,
    /// The face value is above what is left of the issuer's quota.
    #[error("face value is above the remaining quota")]
    QuotaExceeded,
    /// The batch terms break a rule of the product; the number names the field.
    #[error("batch terms are out of range: {0}")]
    BatchTerms(TermsField),
    /// The batch id is taken.
    #[error("batch exists already")]
    BatchExists,
    /// No such batch.
    #[error("batch is not known at this node")]
    UnknownBatch,
    /// The batch is not in the state that this step follows.
    #[error("batch is not in the state that this step follows")]
    BatchState,
    /// This person has approved it already; another must.
    #[error("a second person must approve")]
    SecondPerson,
    /// The issuer's deposit does not cover the reserve. Deposit the rest.
    #[error("deposit does not cover the reserve")]
    ReserveNotFunded,
    /// No such series here.
    #[error("series is not known at this node")]
    UnknownSeries,
    /// The series does not trade now.
    #[error("series is not open for trading")]
    SeriesNotListed,
    /// The coupons have expired.
    #[error("coupons have expired")]
    Expired,
    /// The quantity is zero.
    #[error("quantity is zero")]
    QuantityZero,
    /// The amount is zero.
    #[error("amount is zero")]
    AmountZero,
    /// Amounts multiply to more than one payment may carry. Split it.
    #[error("value is above 10^18 - 1 minor units")]
    TooLarge,
    /// The book does not take the order; the reason is the book's.
    #[error("book refuses the order: {0}")]
    Book(gcfn_market::Refusal),
    /// The available money does not cover price and fee. Deposit more or lower the order.
    #[error("available money does not cover price and fee")]
    InsufficientFunds,
    /// Not enough free coupons of the series.
    #[error("not enough coupons that are free to move")]
    InsufficientCoupons,
    /// The coupons have been resold as often as they may.
    #[error("coupons have been resold as often as they may")]
    ResaleLimit,
    /// The coupons may not be given or sold on.
    #[error("coupons are not transferable")]
    NotTransferable,
    /// The order id is taken.
    #[error("order exists already")]
    OrderExists,
    /// No such open order.
    #[error("no open order with this id")]
    UnknownOrder,
    /// No trading day is open. Wait for the next.
    #[error("no trading day is open")]
    NoTradingDay,
    /// A trading day's times are out of order or overlap another day's.
    #[error("trading day does not follow the known ones")]
    TradingDay,
    /// No such trade, or one that nothing can be asked about any more.
    #[error("trade is not known, or too old to be handed back or disputed")]
    UnknownTrade,
    /// The refund window has passed, or the coupons have been offered, used or given on.
    #[error("trade cannot be refunded any more")]
    NotRefundable,
    /// The trade is being settled. Ask again on the next business day.
    #[error("trade is being settled; ask again when it is settled")]
    InSettlement,
    /// The merchant is not authorised by the issuer.
    #[error("merchant is not authorised by the issuer")]
    MerchantNotAuthorised,
    /// The redemption id is taken, or was used not long ago. Show the merchant a new one.
    #[error("redemption exists already")]
    RedemptionExists,
    /// No such redemption is locked: it was confirmed, cancelled or timed out.
    #[error("no locked redemption with this id")]
    UnknownRedemption,
    /// The coupon cannot be redeemed in parts, or not in this part.
    #[error("coupon cannot be redeemed in this part")]
    NotDivisible,
    /// The issuer's reserve does not cover the redemption. The issuer has been called.
    #[error("issuer's reserve does not cover the redemption")]
    ReserveShort,
    /// The withdrawal id is taken.
    #[error("withdrawal exists already")]
    WithdrawalExists,
    /// No such FX lock of this node.
    #[error("FX lock is not known")]
    UnknownLock,
    /// The FX lock has expired. Ask for a new quote.
    #[error("FX lock has expired; ask for a new quote")]
    LockExpired,
    /// The FX lock does not fit the order: other currency, or too small.
    #[error("FX lock does not fit the order")]
    LockMismatch,
    /// The FX lock has been used.
    #[error("FX lock has been used")]
    LockUsed,
    /// The other node is not an active member.
    #[error("node is not an active member of the network")]
    UnknownMember,
    /// The value is above the other node's net debit cap.
    #[error("value is above the member's net debit cap")]
    CapExceeded,
    /// The deal is not known or not in the state that this step follows.
    #[error("deal is not known or not in the state that this step follows")]
    DealState,
    /// The clearing house refuses; the reason is the house's.
    #[error("clearing house refuses: {0}")]
    House(HouseRefusal),
    /// This node does not run a clearing house.
    #[error("node runs no clearing house")]
    NoHouse,
    /// The instruction is not one of this node.
    #[error("no payment instruction waits for this")]
    UnknownInstruction,
    /// The bank names an account that is not this node's.
    #[error("account is not one of this node")]
    ForeignAccount,
    /// A notice came out of order or was applied before.
    #[error("notice was applied before or is out of order")]
    NoticeOrder,
    /// More coupons than one order at another node may have. Send several orders.
    #[error("an order at another node is for at most {DEAL_QUANTITY_MAX} coupons; send several")]
    DealTooLong,
    /// The giver is the receiver. Name somebody else.
    #[error("giver and receiver are one party")]
    ToOneself,
    /// No such proposal waits: it was approved, dismissed, or nobody seconded it in time.
    #[error("no proposal with this id waits for a second person")]
    UnknownProposal,
    /// The bounds of a template are empty, or begin at zero. Put each minimum at or below its
    /// maximum, and face and quantity above zero.
    #[error("template bounds are empty or begin at zero")]
    TemplateBounds,
    /// Versions of a template are published one after the other, from 1. Send the next.
    #[error("version is not the one after the last")]
    TemplateVersion,
    /// No such version of a template. Publish it first.
    #[error("template version is not published")]
    UnknownTemplate,
    /// The version is retired. Use a later one.
    #[error("template version is retired")]
    TemplateRetired,
    /// The schema's digest is not the published one. Name the schema that was published.
    #[error("digest of the schema is not the published one")]
    TemplateSchema,
    /// The batch terms are outside what the template promises. Amend them, or name another.
    #[error("batch terms are outside the bounds of the template")]
    OutsideTemplate,
    /// It is too early for that. Wait for the listing date.
    #[error("listing date is not reached")]
    TooEarly,
    /// The validity of the coupons has not begun. Redeem them from their start on.
    #[error("validity of the coupons has not begun")]
    NotValidYet,
    /// Orders, offers or locks hold coupons of the batch. Wait for them, or suspend it.
    #[error("orders or locks hold coupons of the batch")]
    HoldsOpen,
    /// A reserve of the issuer is below what it must be. Top it up.
    #[error("a reserve of the issuer is below what it must be")]
    ReserveLow,
    /// The issuer is in default; for a declaration, at least as badly already.
    #[error("a default of the issuer is open")]
    DefaultOpen,
    /// The issuer is not in default.
    #[error("no default of the issuer is open")]
    NoDefault,
    /// Only holders of an issuer in critical default are compensated. Declare it so first.
    #[error("default of the issuer is not critical")]
    DefaultNotCritical,
    /// Claims wait for the issuer's money. Deposit what it is called for.
    #[error("claims wait for the issuer's money")]
    FundsCalled,
    /// The issuer is not in the standing that this step follows.
    #[error("issuer is not in the standing that this step follows")]
    IssuerState,
    /// The issuer's computed score is below the lowest grade that may issue.
    #[error("issuer's score is below the lowest grade that may issue")]
    GradeTooLow,
    /// The issuer has batches that are not at their end. Recall, withdraw or await them.
    #[error("issuer has batches that are not at their end")]
    BatchesOpen,
    /// The issuer's money does not cover what holders would be paid. Deposit the rest.
    #[error("issuer's money does not cover what holders would be paid")]
    RecallNotFunded,
    /// Coupons are at other nodes or on their way there, where this node cannot pay for them.
    #[error("coupons are at other nodes, where they cannot be paid for")]
    CouponsAbroad,
    /// Coupons that are paid for at maturity are sold at their own node only.
    #[error("coupons that are paid for at maturity are sold at their own node only")]
    PaidAtHome,
    /// A time is past, after the coupons' end, or further away than an offer may stand. Name
    /// another.
    #[error("time is past, after the coupons' end, or too far away")]
    TimeOutOfRange,
    /// The price is zero, or above what is left of a coupon's face. Name another.
    #[error("price must be above zero and at most what is left of a coupon's face")]
    PriceOutOfRange,
    /// New coupons at this price would not fund their reserve. Ask at least the price that the
    /// batch was funded for.
    #[error("price does not fund the reserve of the coupons")]
    BelowReserve,
    /// The ranges of serials are not ascending and apart, or too many. Put them in order.
    #[error("serial ranges are not ascending and apart, or too many")]
    Units,
    /// No such offer stands: it was taken, withdrawn, declined, or its time is over.
    #[error("no offer with this id stands")]
    UnknownOffer,
    /// The offer id is taken.
    #[error("offer exists already")]
    OfferExists,
    /// The value is below that of a block. List the coupons, or trade in the book.
    #[error("value is below that of a block")]
    BlockTooSmall,
    /// The price is too far from the book's. Name one within the band.
    #[error("price is outside the band around the book's")]
    OutsideBand,
    /// An issuer does not buy its own coupons like others. Offer to buy them back.
    #[error("an issuer buys its own coupons back, and not like others")]
    OwnSeries,
    /// No such auction runs: it has ended, or was called off.
    #[error("no auction with this id runs")]
    UnknownAuction,
    /// The auction id is taken.
    #[error("auction exists already")]
    AuctionExists,
    /// The bid is below the reserve price, or not far enough above the last. Bid more.
    #[error("bid is below what the next one must be")]
    BidTooLow,
    /// Somebody has bid; the auction goes on to its end.
    #[error("auction has a bid and goes on to its end")]
    HasBids,
    /// The party is no market maker and has not applied.
    #[error("party is not a market maker")]
    UnknownMaker,
    /// The market maker is not in the state that this step follows.
    #[error("market maker is not in the state that this step follows")]
    MakerState,
    /// A duty asks for some depth, and for no more than the whole time.
    #[error("duty must ask for some depth and for at most the whole time")]
    DutyOutOfRange,
    /// The market maker has no duty in this series.
    #[error("market maker has no duty in this series")]
    NoDuty,
    /// The book is halted already, or is not.
    #[error("book is in that phase already, or not in the one that this step follows")]
    PhaseState,
    /// A batch has at least one part, and at most a hundred. Split it.
    #[error("a batch has 1 to 100 parts")]
    BatchSize,
    /// No such item waits in suspense: it was resolved or matched.
    #[error("no item in suspense has this number")]
    UnknownSuspense,
    /// The parts do not come to the whole item, or name a claimant twice. Divide it again.
    #[error("parts do not come to the item, or name a claimant twice")]
    SuspenseParts,
    /// The item is in a currency that no account here has. Let the bank send it back.
    #[error("item is in a currency that no account here has")]
    SuspenseCurrency,
    /// The items are not equal and opposite, or of the wrong side. Resolve them.
    #[error("items in suspense do not explain each other")]
    SuspenseMismatch,
    /// The bank has booked on the account what the books could not take yet. Resolve that first.
    #[error("a booking on the account is not posted yet")]
    BankBreakOpen,
    /// Nobody posts to such an account by hand. Use the act of its business.
    #[error("account is not open to entries by hand")]
    NotByHand,
    /// The node moves no money from one party to another. Withdraw it and pay it by bank.
    #[error("money does not go from one party to another here")]
    MoneyTransfer,
    /// No such numbered entry, or its window has passed. Post a correction by hand.
    #[error("no entry that can be reversed has this number")]
    UnknownEntry,
    /// The entry has been reversed.
    #[error("entry has been reversed")]
    AlreadyReversed,
    /// It has an undoing of its own: cancel the order or redemption, refund or dispute the trade,
    /// cancel the withdrawal.
    #[error("it is not reversed by hand; cancel, refund or dispute it")]
    HasOwnReversal,
    /// The party owes less than that.
    #[error("party owes less than that")]
    NothingOwed,
    /// The serials are not a range of the series.
    #[error("serials are not a range of the series")]
    SerialRange,
    /// The coupons have been redeemed.
    #[error("coupons have been redeemed")]
    CouponsRedeemed,
    /// The coupons have been recalled.
    #[error("coupons have been recalled")]
    CouponsRecalled,
    /// The coupons are frozen. Ask compliance.
    #[error("coupons are frozen")]
    CouponsFrozen,
    /// The coupons are pledged. Ask the pledgee to release them.
    #[error("coupons are pledged")]
    CouponsPledged,
    /// The coupons have been given or sold on.
    #[error("coupons have been given or sold on")]
    CouponsResold,
    /// The coupons are behind an order, an offer or a redemption. Cancel it first.
    #[error("coupons are behind an order, an offer or a redemption")]
    CouponsLocked,
    /// Not all of the coupons are with holders of this node. Name those that are.
    #[error("not all of the coupons are with holders here")]
    CouponsElsewhere,
    /// No such freeze of coupons: it was lifted.
    #[error("no freeze of coupons has this number")]
    UnknownCouponFreeze,
    /// No such pledge: it was released.
    #[error("no pledge has this number")]
    UnknownPledge,
    /// The dispute id is taken, or the trade has an open dispute.
    #[error("dispute exists already")]
    DisputeExists,
    /// No such dispute.
    #[error("dispute is not known")]
    UnknownDispute,
    /// The dispute is not in the state that this step follows.
    #[error("dispute is not in the state that this step follows")]
    DisputeState,
    /// The sender's side of the trade cannot open a dispute of this kind; those of a trade with
    /// another node are opened there.
    #[error("dispute of this kind is not the sender's to open")]
    DisputeKind,
    /// The trade is too old to be disputed.
    #[error("trade is too old to be disputed")]
    DisputeTooLate,
    /// The sender has shown as much evidence in the dispute as one side may. Put the rest into one
    /// document.
    #[error("each side shows at most {EVIDENCE_MAX} pieces of evidence in a dispute")]
    EvidenceFull,
    /// Who has handled a dispute, or is a side of it, does not decide it. Another person must.
    #[error("decision takes a person who has not handled the dispute")]
    NotImpartial,
    /// The order is above what the party may place at once. Split it, or ask for a higher limit.
    #[error("order is above the party's limit for one order")]
    OrderLimit,
    /// Trades and open orders would be above the party's limit of the day. Wait for the next.
    #[error("trades and open orders would be above the day's limit")]
    DailyTradeLimit,
    /// The party has as many open orders as it may. Cancel one.
    #[error("party has as many open orders as it may")]
    OpenOrdersLimit,
    /// The withdrawal would be above the party's limit of the day. Wait for the next.
    #[error("withdrawals would be above the day's limit")]
    DailyWithdrawalLimit,
    /// The party has made as many transfers as it may in a day. Wait for the next.
    #[error("party has made as many transfers as it may in a day")]
    DailyTransferLimit,
    /// A rule has noticed something that an operator must look at first, or a penalty of the party
    /// waits for its second person. Ask compliance.
    #[error("waits for a review of the party")]
    UnderReview,
    /// A transfer of this value asks that both sides are well identified (Travel Rule).
    #[error("transfer of this value asks for a higher identity level on both sides")]
    TravelRule,
    /// No such flag of the party: it was reviewed.
    #[error("party has no such flag")]
    UnknownFlag,
    /// No such withdrawal, or the bank has paid or refused it.
    #[error("withdrawal is not known")]
    UnknownWithdrawal,
    /// The withdrawal has left for the bank, or does not wait for this step.
    #[error("withdrawal has left for the bank or does not wait for this")]
    WithdrawalSent,
    /// The party has named its inviter, or has traded already.
    #[error("inviter can only be named once, before the first trade")]
    InvitationClosed,
    /// The party still has money, coupons or something under way. End that first.
    #[error("party still has money, coupons or something under way")]
    PartyNotEmpty,
    /// What the bank says, or is said to have been sent, does not fit the payments of this node; the
    /// reason is the desk's.
    #[error("bank desk refuses: {0}")]
    Desk(DeskRefusal),
    /// The coupons were bought in a trade that has not settled (2.3, `pending_settlement`).
    #[error("coupons may be sold on once their purchase has settled")]
    PurchaseUnsettled,
    /// The region pays nothing for points.
    #[error("points are not paid out here")]
    PointsNotPaid,
    /// The user has fewer points.
    #[error("user does not have so many points")]
    PointsShort,
    /// The review has brought points already.
    #[error("review has brought points already")]
    ReviewRewarded,
    /// The share is above the whole.
    #[error("share is above 10000 basis points")]
    ShareOutOfRange,
    /// The region keeps nothing of what was bought with a coupon (C-32).
    #[error("detail of a redemption is not kept here")]
    DetailNotKept,
    /// The platform keeps the party's coupons by agreement, and alone gives or redeems them.
    #[error("coupons are in the platform's custody")]
    PlatformCustody,
    /// The party keeps its coupons itself: nobody gives or redeems them in its place.
    #[error("coupons are in their holder's own custody")]
    OwnCustody,
    /// No such alliance here.
    #[error("alliance is not known at this node")]
    UnknownAlliance,
    /// The id of the alliance is taken.
    #[error("alliance exists already")]
    AllianceExists,
    /// The issuer is not in the alliance, was not invited, or is a member already.
    #[error("issuer does not stand so towards the alliance")]
    NotAllied,
    /// The alliance has as many issuers as it may.
    #[error("alliance has as many issuers as it may")]
    AllianceFull,
    /// The issuer is in as many alliances as it may be. Leave one.
    #[error("issuer is in as many alliances as it may be")]
    TooManyAlliances,
    /// An order at another node comes too late for its value date, or names none of the home's.
    /// Send it again.
    #[error("order comes too late for its value date at the other node; send it again")]
    ValueDateMissed,
    /// A clearing house has called for the payment and counts on it.
    #[error("a clearing house has called for the payment, and settles with it for good")]
    CalledFor,
}

impl From<DeskRefusal> for Rejection {
    fn from(refusal: DeskRefusal) -> Rejection {
        match refusal {
            DeskRefusal::UnknownPayment => Rejection::UnknownInstruction,
            other => Rejection::Desk(other),
        }
    }
}

/// The field of a batch's terms that is out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TermsField {
    /// `face`: zero.
    Face,
    /// `quantity`: zero or too many.
    Quantity,
    /// `issue_price`: zero, or above face on the utility track.
    IssuePrice,
    /// `expires_at`: past, or breakage before it.
    ExpiresAt,
    /// `starts_at`, `lists_from`: not before the end.
    StartsAt,
    /// From `starts_at` to `expires_at`: outside the limits of the track (C-36, D-28).
    Validity,
    /// `divisible_for`: not allowed in the region (C-37).
    DivisibleFor,
    /// `resales_max`: above the region's (C-38).
    ResalesMax,
    /// `refund_window`: above the region's.
    RefundWindow,
    /// `reserve`: laxer than the region's (C-28).
    Reserve,
    /// `template`: left out where the region asks for one.
    Template,
    /// `maturity`: gives holders less than the region does (C-34).
    Maturity,
}

impl core::fmt::Display for TermsField {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            TermsField::Face => "face must be above zero",
            TermsField::Quantity => "quantity must be 1 to 1,000,000,000",
            TermsField::IssuePrice => {
                "issue_price must be above zero and, on the utility track, at most face"
            }
            TermsField::ExpiresAt => "expires_at must be in the future and before breakage_at",
            TermsField::StartsAt => "starts_at and lists_from must be before expires_at",
            TermsField::Validity => "validity must be within the limits of the track",
            TermsField::DivisibleFor => "coupons may not be split for this here",
            TermsField::ResalesMax => "resales_max must be at most the region's",
            TermsField::RefundWindow => "refund_window must be at most the region's",
            TermsField::Reserve => "reserve must be at least as strict as the region's",
            TermsField::Template => "a published template must be named",
            TermsField::Maturity => "maturity must give holders at least what the region does",
        })
    }
}

//! A region's template turned into what machines take: terms and trading days.

mod charges;
mod rules;

use crate::config::Config;
use anyhow::{Context, Result, anyhow};
use gcfn_clearing::Netting;
use gcfn_model::{Calendar, CalendarFault, Millis, Timestamp};
use gcfn_template::{NettingTerms, Prefund, RegionTemplate, TemplateProblems};
use gcfn_venue::{RedemptionDetail, ReserveMode, Terms, TradingDay};
use std::fs;
use std::path::Path;

/// How long an answered command is remembered: a day of the venue's own time.
const OUTCOME_KEPT: Millis = Millis(86_400_000);

/// A template with its calendar.
#[derive(Clone, Debug)]
pub struct Region {
    /// The rules.
    pub template: RegionTemplate,
    /// The business days by the files beside it.
    pub calendar: Calendar,
    /// The business days of its currency by the network's charter, by which houses open cycles.
    pub agreed: Option<Calendar>,
}

impl Region {
    /// Reads `region.toml` and the calendar files beside it.
    ///
    /// # Errors
    /// A file that cannot be read, or every problem of one that is wrong, with its lines.
    pub fn read(folder: &Path) -> Result<Region> {
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
        };
        // Many nodes have a region.toml: a problem names the one that it is in.
        let named = |TemplateProblems(mut problems)| {
            for problem in &mut problems {
                problem.file = folder.join(&problem.file).display().to_string();
            }
            TemplateProblems(problems)
        };
        let template = gcfn_template::parse("region.toml", &text("region.toml")?).map_err(named)?;
        let holidays = text(&template.calendar.holidays)?;
        let workdays = template.calendar.workdays.as_deref().map(text).transpose()?;
        let calendar = template.calendar.calendar(&holidays, workdays.as_deref());
        let calendar = calendar.map_err(named)?;
        Ok(Region { template, calendar, agreed: None })
    }

    /// The venue's terms under this template.
    ///
    /// # Errors
    /// When the names of the node and its regional do not fit each other.
    pub fn terms(&self, config: &Config) -> Result<Terms> {
        let template = &self.template;
        Ok(Terms {
            node: config.node,
            region: config.region,
            currency: template.currency,
            house: config.regional.as_str().parse().map_err(|e| anyhow!("regional: {e}"))?,
            house_node: config.regional,
            netting: match template.settlement.netting {
                NettingTerms::Multilateral => Netting::Multilateral,
                NettingTerms::Bilateral => Netting::Bilateral,
                NettingTerms::Gross => Netting::Gross,
            },
            fees: charges::fees(template),
            reserve_mode: match template.escrow.prefund {
                Prefund::Face => ReserveMode::Face,
                Prefund::Proceeds => ReserveMode::Proceeds,
                Prefund::None => ReserveMode::None,
            },
            reserve_ratio: template.escrow.reserve_ratio,
            refund_window: days(template.refund.days),
            redeem_lock: minutes(template.product.redeem_lock_minutes),
            redemption_detail: match template.product.redemption_detail {
                gcfn_template::RedemptionDetail::None => RedemptionDetail::None,
                gcfn_template::RedemptionDetail::Hash => RedemptionDetail::Hash,
            },
            resales_max: template.product.resales_max,
            self_custody_resells_freely: template.product.self_custody_resells_freely,
            kyc_to_trade: template.kyc.trade,
            outcome_kept: OUTCOME_KEPT,
            proposal_kept: hours(template.money.proposal_hours),
            statement_grace: hours(template.settlement.statement_hours),
            trading: rules::trading(template),
            money: rules::money(template),
            credit: charges::credit(template),
            pricing: charges::pricing(template),
            issuing: rules::issuing(template),
        })
    }

    /// The next `count` trading days whose cut-off is after `now`.
    ///
    /// A trading day is a business day by the region's own files. Its value date is one by the
    /// charter as well: a house has no cycle on any other, however a node's files were changed.
    ///
    /// # Errors
    /// [`CalendarFault`] beyond the years that the calendars know.
    pub fn trading_days(
        &self,
        now: Timestamp,
        count: usize,
    ) -> Result<Vec<TradingDay>, CalendarFault> {
        self.trading_days_by(self.agreed.as_ref(), now, count)
    }

    /// The same by what the validators have made of the charter's calendar since.
    ///
    /// # Errors
    /// As for [`Region::trading_days`].
    pub fn trading_days_by(
        &self,
        agreed: Option<&Calendar>,
        now: Timestamp,
        count: usize,
    ) -> Result<Vec<TradingDay>, CalendarFault> {
        let own = [&self.calendar];
        let both: Vec<&Calendar> = own.into_iter().chain(agreed).collect();
        let mut days = Vec::new();
        let mut date = self.template.zone.date(now);
        while days.len() < count {
            date = Calendar::following(&own, date)?;
            let cut_off = self.template.cut_off_utc(date).unwrap_or(Timestamp::EPOCH);
            if now < cut_off {
                let after = self.template.settlement.domestic_days;
                let value_date = Calendar::value_date(&both, date, after)?;
                days.push(TradingDay { date, cut_off, value_date });
            }
            date = date.plus_days(1);
        }
        Ok(days)
    }
}

fn days(days: u32) -> Millis {
    Millis(u64::from(days) * 86_400_000)
}

fn hours(hours: u32) -> Millis {
    Millis(u64::from(hours) * 3_600_000)
}

fn minutes(minutes: u32) -> Millis {
    Millis(u64::from(minutes) * 60_000)
}

#[cfg(test)]
mod tests;

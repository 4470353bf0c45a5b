//! The tenure term of the score: `ln(months + 1) / ln(37)`.
//!
//! A table, because a logarithm computed in floating point may differ between machines and the
//! score must not (C-47). A test compares it with the function.

/// What the table counts in: this much is the whole.
pub(super) const SCALE: u64 = 100_000_000;

/// By whole months, 0 to 36, rounded half up.
const SHARES: [u64; 37] = [
    0,
    19_195_872,
    30_424_737,
    38_391_744,
    44_571_435,
    49_620_609,
    53_889_626,
    57_587_616,
    60_849_475,
    63_767_307,
    66_406_807,
    68_816_481,
    71_033_167,
    73_085_498,
    74_996_172,
    76_783_488,
    78_462_414,
    80_045_347,
    81_542_673,
    82_963_179,
    84_314_363,
    85_602_679,
    86_833_716,
    88_012_353,
    89_142_869,
    90_229_039,
    91_274_212,
    92_281_370,
    93_253_181,
    94_192_044,
    95_100_118,
    95_979_360,
    96_831_544,
    97_658_286,
    98_461_060,
    99_241_219,
    100_000_000,
];

/// The share that `months` in the market earn: the whole from 36 months on, and never more
/// (C-48, D-05).
pub(super) fn share(months: u32) -> u64 {
    let index = usize::try_from(months).ok();
    index.and_then(|index| SHARES.get(index)).copied().unwrap_or(SCALE)
}

//! The usual cast: staff, an issuer with a listed series, users, a merchant.

use crate::world::{Key, World, money};
use gcfn_api::Scope;
use gcfn_model::{PartyId, Pool};
use serde_json::{Value, json};

pub(crate) struct People {
    pub(crate) operator: Key,
    pub(crate) second: Key,
    pub(crate) bank: Key,
    pub(crate) regulator: Key,
    pub(crate) issuer: Key,
    pub(crate) merchant: Key,
    pub(crate) ann: Key,
    pub(crate) ben: Key,
    pub(crate) batch: String,
    pub(crate) series: String,
}

impl People {
    /// Everybody registered, one series of 100 coupons listed at 90, Ann with 5000 yuan.
    pub(crate) async fn settle_in(world: &World) -> People {
        let operator = world.key(Scope::Operator, None).await;
        let second = world.key(Scope::Operator, None).await;
        let bank = world.key(Scope::Bank, None).await;
        let regulator = world.key(Scope::Regulator, None).await;
        let issuer = register(world, &operator, "issuer", "Teahouse").await;
        let merchant = register(world, &operator, "merchant", "Corner Shop").await;
        let ann = register(world, &operator, "user", "Ann").await;
        let ben = register(world, &operator, "user", "Ben").await;
        let (batch, series) = list(world, &issuer, [&operator, &second], &merchant).await;
        world.deposit(ann.party, Pool::UserCustody, 5000);
        People { operator, second, bank, regulator, issuer, merchant, ann, ben, batch, series }
    }

    /// A key of each scope.
    pub(crate) fn by_scope(&self) -> [(Scope, &Key); 5] {
        [
            (Scope::User, &self.ann),
            (Scope::Issuer, &self.issuer),
            (Scope::Operator, &self.operator),
            (Scope::Bank, &self.bank),
            (Scope::Regulator, &self.regulator),
        ]
    }

    /// Ann buys `quantity` new coupons; returns the answer.
    pub(crate) async fn buy(&self, world: &World, quantity: u64) -> Value {
        let order = json!({ "series": self.series, "side": "buy", "quantity": quantity, "limit": money("90") });
        world.done(&self.ann, "/api/v1/trades/orders", order).await
    }
}

pub(crate) async fn register(world: &World, operator: &Key, kind: &str, name: &str) -> Key {
    let body = json!({ "kind": kind, "kyc": 2, "name": name });
    let registered = world.done(operator, "/api/v1/users", body).await;
    let party: PartyId = registered["party"].as_str().unwrap().parse().unwrap();
    let header = format!("ApiKey {}", registered["api_key"].as_str().unwrap());
    Key { party, header }
}

/// Lets an issuer issue and lists a series of its; gives the batch and the series.
pub(crate) async fn list(
    world: &World,
    issuer: &Key,
    operators: [&Key; 2],
    merchant: &Key,
) -> (String, String) {
    let [operator, second] = operators;
    let path = format!("/api/v1/issuers/{}", issuer.party);
    world.done(issuer, "/api/v1/issuers", Value::Null).await;
    let review = json!({ "tier": "gold", "quota": money("100000") });
    world.done(operator, &format!("{path}/review"), review).await;
    let grant = json!({ "merchant": merchant.party });
    world.done(issuer, &format!("{path}/merchants"), grant).await;
    world.deposit(issuer.party, Pool::IssuerEscrow, 5000);
    let drafted = world.done(issuer, "/api/v1/coupons/batches", draft()).await;
    let batch = drafted["batch"].as_str().unwrap().to_owned();
    let step = async |key: &Key, step: &str| {
        let path = format!("/api/v1/coupons/batches/{batch}/{step}");
        world.done(key, &path, Value::Null).await
    };
    step(issuer, "submit").await;
    step(operator, "review").await;
    step(second, "review").await;
    step(issuer, "fund").await;
    step(operator, "mint").await;
    step(issuer, "list").await;
    let (_, report) = world.get(issuer, &format!("/api/v1/coupons/batches/{batch}")).await;
    (batch.clone(), report["series"].as_str().unwrap().to_owned())
}

pub(crate) fn draft() -> Value {
    json!({
        "face": money("100"),
        "quantity": 100,
        "issue_price": money("90"),
        "expires_at": "2027-05-31T16:00:00Z",
        "breakage_at": "2027-05-31T18:00:00Z",
        "divisible": true,
    })
}

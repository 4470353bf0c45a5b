//! What handlers take and give: how it is read and written, and how it is described. Both come
//! from the same type, so they cannot disagree.

use super::{Admitted, SIGNATURE};
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::WebSocketUpgrade;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use gcfn_anchor::tile::Tile;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::read;
use gcfn_api_wire::term::{Term, Text};
use gcfn_model::{Digest, Id, Kind, NodeId, Uetr, Xqid};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::marker::PhantomData;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Ref, Schema, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required};
use utoipa::{IntoParams, ToSchema};

/// What a route takes and gives, as the interface description says it.
pub(crate) struct Contract {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<RefOr<Schema>>,
    /// The content type of the body.
    pub(crate) takes: &'static str,
    /// Whether the body is a bank's message, which may be longer than others.
    pub(crate) is_message: bool,
    /// Whether the variable part of the path goes on to its end, over every slash.
    pub(crate) path_goes_on: bool,
    pub(crate) status: StatusCode,
    pub(crate) media_type: &'static str,
    pub(crate) answer: RefOr<Schema>,
    /// The schemas that the others refer to, by name.
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
}

impl Contract {
    pub(super) fn of<K: PathId, I: Input, A: Answer>(path: &str) -> Contract {
        let mut contract = Contract {
            parameters: Vec::new(),
            body: None,
            takes: I::TAKES,
            is_message: I::IS_MESSAGE,
            path_goes_on: false,
            status: StatusCode::OK,
            media_type: A::MEDIA_TYPE,
            answer: RefOr::T(Schema::default()),
            schemas: Vec::new(),
        };
        K::describe(path, &mut contract);
        I::describe(&mut contract);
        contract.answer = A::describe(&mut contract);
        contract
    }

    /// A reference to the schema of `T`, which is added if it is new.
    fn refer<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        T::schemas(&mut self.schemas);
        self.schemas.push((name.clone(), T::schema()));
        RefOr::Ref(Ref::from_schema_name(name))
    }
}

/// What stands in the variable part of a path, if there is one.
pub(crate) trait PathId: Sized + Send + 'static {
    fn read(text: Option<&str>) -> Result<Self, Problem>;
    fn describe(path: &str, contract: &mut Contract);
}

impl PathId for () {
    fn read(_: Option<&str>) -> Result<(), Problem> {
        Ok(())
    }
    fn describe(path: &str, _: &mut Contract) {
        assert!(!path.contains('{'), "{path} has an id that its handler does not take");
    }
}

impl<K: Kind + 'static> PathId for Id<K>
where
    Id<K>: Term,
{
    fn read(text: Option<&str>) -> Result<Id<K>, Problem> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Code::PathId.into())
    }
    fn describe(path: &str, contract: &mut Contract) {
        describe_id::<Id<K>>(path, contract);
    }
}

impl PathId for NodeId {
    fn read(text: Option<&str>) -> Result<NodeId, Problem> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Code::PathId.into())
    }
    fn describe(path: &str, contract: &mut Contract) {
        describe_id::<NodeId>(path, contract);
    }
}

impl PathId for Xqid {
    fn read(text: Option<&str>) -> Result<Xqid, Problem> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Code::PathId.into())
    }
    fn describe(path: &str, contract: &mut Contract) {
        describe_id::<Xqid>(path, contract);
    }
}

impl PathId for Uetr {
    fn read(text: Option<&str>) -> Result<Uetr, Problem> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Code::PathId.into())
    }
    fn describe(path: &str, contract: &mut Contract) {
        describe_id::<Uetr>(path, contract);
    }
}

impl PathId for Digest {
    fn read(text: Option<&str>) -> Result<Digest, Problem> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Code::PathId.into())
    }
    fn describe(path: &str, contract: &mut Contract) {
        describe_id::<Digest>(path, contract);
    }
}

/// Takes the rest of the path, however many segments it has.
impl PathId for Tile {
    fn read(text: Option<&str>) -> Result<Tile, Problem> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Code::PathId.into())
    }
    fn describe(path: &str, contract: &mut Contract) {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let text = text.examples(["0/000.p/17", "entries/x001/067"]);
        describe_as(path, text.into(), contract);
        contract.path_goes_on = true;
    }
}

/// A number that the machine has given.
impl PathId for u64 {
    fn read(text: Option<&str>) -> Result<u64, Problem> {
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Code::PathId.into())
    }
    fn describe(path: &str, contract: &mut Contract) {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
        describe_as(path, number.into(), contract);
    }
}

fn describe_id<T: Term>(path: &str, contract: &mut Contract) {
    let schema = contract.refer::<Text<T>>();
    describe_as(path, schema, contract);
}

fn describe_as(path: &str, schema: RefOr<Schema>, contract: &mut Contract) {
    let name = path.split(['{', '}']).nth(1).expect("the handler takes an id from the path");
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema));
    contract.parameters.push(parameter.build());
}

/// What a request says beyond its path.
pub(crate) trait Input: Sized + Send + 'static {
    /// The content type of a body.
    const TAKES: &'static str = "application/json";
    /// Whether the body is a bank's message, which may be longer than others.
    const IS_MESSAGE: bool = false;
    fn read(request: &mut Admitted) -> Result<Self, Problem>;
    fn describe(contract: &mut Contract);
}

impl Input for () {
    fn read(request: &mut Admitted) -> Result<(), Problem> {
        let _nothing: Nothing = read::body(&request.asked.body)?;
        Ok(())
    }
    fn describe(_: &mut Contract) {}
}

/// A body without fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + ToSchema + Send + 'static> Input for Body<T> {
    fn read(request: &mut Admitted) -> Result<Body<T>, Problem> {
        Ok(Body(read::body(&request.asked.body)?))
    }
    fn describe(contract: &mut Contract) {
        contract.body = Some(contract.refer::<T>());
    }
}

/// An ISO 20022 message, as it came, and what is beside it as its signature.
pub(crate) struct Message(pub(crate) Bytes, pub(crate) Option<Bytes>);

impl Input for Message {
    const TAKES: &'static str = "application/xml";
    /// The statement of a busy day is long.
    const IS_MESSAGE: bool = true;
    fn read(request: &mut Admitted) -> Result<Message, Problem> {
        match request.asked.body.is_empty() {
            true => Err(Code::BankMessage.into()),
            false => Ok(Message(request.asked.body.clone(), request.asked.signature.take())),
        }
    }
    fn describe(contract: &mut Contract) {
        let message = ObjectBuilder::new().schema_type(Type::String);
        contract.body = Some(message.examples(["<Document>...</Document>"]).into());
        let signature = ParameterBuilder::new()
            .name(SIGNATURE.as_str())
            .parameter_in(ParameterIn::Header)
            .description(Some(
                "The bank's Ed25519 signature over the message: 128 hexadecimal digits.",
            ))
            .required(Required::False)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        contract.parameters.push(signature.build());
    }
}

/// A query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned + IntoParams + Send + 'static> Input for Query<T> {
    fn read(request: &mut Admitted) -> Result<Query<T>, Problem> {
        let pairs = request.asked.query.clone()?;
        Ok(Query(read::query(pairs)?))
    }
    fn describe(contract: &mut Contract) {
        contract.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
    }
}

/// A connection that becomes a WebSocket.
pub(crate) struct Socket(pub(crate) WebSocketUpgrade);

impl Input for Socket {
    fn read(request: &mut Admitted) -> Result<Socket, Problem> {
        request.asked.upgrade.take().map(Socket).ok_or_else(|| Code::NoUpgrade.into())
    }
    fn describe(_: &mut Contract) {}
}

/// What a handler gives.
pub(crate) trait Answer: Send + 'static {
    const MEDIA_TYPE: &'static str;
    fn respond(self) -> Response;
    fn describe(contract: &mut Contract) -> RefOr<Schema>;
}

impl<T: Serialize + ToSchema + Send + 'static> Answer for T {
    const MEDIA_TYPE: &'static str = "application/json";
    fn respond(self) -> Response {
        let body = serde_json::to_vec(&self).expect("answers are plain data");
        respond(Self::MEDIA_TYPE, body)
    }
    fn describe(contract: &mut Contract) -> RefOr<Schema> {
        contract.refer::<T>()
    }
}

/// The figures of the node, in the Prometheus text format.
pub(crate) struct Figures(pub(crate) String);

impl Answer for Figures {
    const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4";
    fn respond(self) -> Response {
        respond(Self::MEDIA_TYPE, self.0)
    }
    fn describe(_: &mut Contract) -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).examples(["gcfn_build_info 1"]).into()
    }
}

/// A C2SP signed note.
pub(crate) struct Note(pub(crate) String);

impl Answer for Note {
    const MEDIA_TYPE: &'static str = "text/plain; charset=utf-8";
    fn respond(self) -> Response {
        respond(Self::MEDIA_TYPE, self.0)
    }
    fn describe(_: &mut Contract) -> RefOr<Schema> {
        let note = "gcfn-demo/cn-sha\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
                    \u{2014} gcfn-demo/cn-sha Az3grlgt...\n";
        ObjectBuilder::new().schema_type(Type::String).examples([note]).into()
    }
}

/// Bytes that are never others under the same path, so that whoever has them need not ask again.
pub(crate) struct HttpFile(pub(crate) Vec<u8>);

impl Answer for HttpFile {
    const MEDIA_TYPE: &'static str = "application/octet-stream";
    fn respond(self) -> Response {
        let mut response = respond(Self::MEDIA_TYPE, self.0);
        let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(CACHE_CONTROL, for_ever);
        response
    }
    fn describe(_: &mut Contract) -> RefOr<Schema> {
        let bytes = SchemaFormat::KnownFormat(KnownFormat::Binary);
        let file = ObjectBuilder::new().schema_type(Type::String).format(Some(bytes));
        file.examples(["32 bytes a hash"]).into()
    }
}

/// The interface description, written once and served as it is.
pub(crate) struct Description(pub(crate) Bytes);

impl Answer for Description {
    const MEDIA_TYPE: &'static str = "application/json";
    fn respond(self) -> Response {
        respond(Self::MEDIA_TYPE, self.0)
    }
    fn describe(_: &mut Contract) -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .examples([json!({ "openapi": "3.1.0" })])
            .into()
    }
}

/// The answer that turns a connection into a WebSocket, on which messages `T` are told.
pub(crate) struct Upgraded<T> {
    response: Response,
    tells: PhantomData<fn() -> T>,
}

impl<T> Upgraded<T> {
    pub(crate) const fn new(response: Response) -> Upgraded<T> {
        Upgraded { response, tells: PhantomData }
    }
}

impl<T: ToSchema + 'static> Answer for Upgraded<T> {
    const MEDIA_TYPE: &'static str = "application/json";
    fn respond(self) -> Response {
        self.response
    }
    fn describe(contract: &mut Contract) -> RefOr<Schema> {
        contract.refer::<T>()
    }
}

fn respond(media_type: &'static str, body: impl Into<HttpBody>) -> Response {
    let mut response = Response::new(body.into());
    let media_type = HeaderValue::from_static(media_type);
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

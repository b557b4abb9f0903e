//! A request's way: whose host, whose page, which route, and then the operation.

use crate::answer::{Answer, Json, Room};
use crate::body::{Unread, check_framing};
use crate::condition::{self, Known};
use crate::in_flight::InFlight;
use crate::limits::Limits;
use crate::operation::{Context, Part, SetTtl};
use crate::origin::{self, Origins};
use crate::problem::Problem;
use crate::query::{self, decode};
use crate::route::Route;
use crate::schema::ClientSchema;
use crate::served::{Served, Types};
use crate::shutdown::Shutdown;
use crate::tenant::TenantPolicy;
use crate::{batch, ttl, unwind};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode};
use kv_core::schema::tag;
use kv_core::{Engine, Version};
use std::borrow::Cow;
use std::io::Write as _;
use std::pin::pin;
use std::sync::Arc;

/// What all requests have in common.
pub(crate) struct Service {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) types: Arc<Types>,
    pub(crate) policy: TenantPolicy,
    pub(crate) origins: Origins,
    pub(crate) limits: Limits,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) shutdown: Shutdown,
}

impl Service {
    /// Answers a request, whatever happens.
    pub(crate) async fn handle(&self, parts: &Parts, body: Body) -> Response<Body> {
        let origin = self.origins.allowed(&parts.headers);
        let answered = unwind::or_internal(pin!(self.answer(parts, body))).await;
        let mut response = answered.unwrap_or_else(|problem| problem.response());
        if parts.method == Method::HEAD {
            leave_out_body(&mut response);
        }
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(origin) = origin {
            origin::let_read(&mut response, origin.clone());
        }
        response
    }

    async fn answer(&self, parts: &Parts, body: Body) -> Result<Response<Body>, Problem> {
        if self.shutdown.has_begun() {
            return Err(Problem::unavailable("the server is going down: try again soon"));
        }
        check_framing(&parts.headers)?;
        let (host, tenant) = self.policy.tenant(parts)?;
        let route = Route::of(parts.uri.path()).ok_or_else(Problem::not_found)?;
        if parts.method == Method::OPTIONS {
            return self.options(parts, route);
        }
        if !route.allows(&parts.method) {
            return Err(Problem::method_not_allowed(route.allow()));
        }
        let changes_state = !matches!(parts.method, Method::GET | Method::HEAD);
        self.origins.check(&parts.headers, &host, changes_state)?;
        let schema = ClientSchema::of(&parts.headers, &self.types)?;
        let context = Context { engine: &*self.engine, types: &self.types, tenant: &tenant, schema: &schema };
        let body = Unread { headers: &parts.headers, body };
        self.run(&context, route, parts, body).await
    }

    fn options(&self, parts: &Parts, route: Route<'_>) -> Result<Response<Body>, Problem> {
        if origin::is_preflight(&parts.headers) {
            return self.origins.preflight(&parts.headers);
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(route.allow()));
        Ok(response)
    }

    /// Looks at everything that can be refused before the body is read, and before anything is done.
    async fn run(
        &self,
        context: &Context<'_>,
        route: Route<'_>,
        parts: &Parts,
        body: Unread<'_>,
    ) -> Result<Response<Body>, Problem> {
        let query = parts.uri.query();
        let most = self.limits.in_flight_bytes;
        let json = &mut Json::object(Room::InFlight { bytes: self.in_flight.left(most) });
        let answer = match route {
            Route::Get(place) => {
                let ty = self.ty(place.tag)?;
                context.admit_get(ty)?;
                let [key] = query::read(query, ["key"])?;
                let key = place.key(key)?;
                context.get(json, ty, &key, Known::of_get(&parts.headers)?).await
            }
            Route::Set(place) => {
                let ty = self.ty(place.tag)?;
                context.admit_set(ty)?;
                let [key, ttl] = query::read(query, ["key", "ttl_ms"])?;
                let key = place.key(key)?;
                let ttl = ttl.map(|text| ttl::of_query(&text)).transpose()?;
                let condition = condition::of_set(&parts.headers)?;
                let value = body.json(&self.limits).await?;
                context.set(json, ty, &key, &value, SetTtl::OrBeside(ttl), condition).await
            }
            Route::Delete(place) => {
                let ty = self.ty(place.tag)?;
                context.admit_delete(ty)?;
                let [key] = query::read(query, ["key"])?;
                let key = place.key(key)?;
                let condition = condition::of_delete(&parts.headers)?;
                if parts.method == Method::POST {
                    Box::pin(body.nothing(&self.limits)).await?;
                }
                context.delete(json, ty, &key, condition).await
            }
            // Every request pays for the size of this future. What is asked for less often is in boxes.
            Route::List(segment) => {
                let segment = decode(segment)
                    .ok_or_else(|| Problem::invalid_query("the path is not percent-encoded UTF-8"))?;
                // No full prefix that goes beyond a tag looks like one.
                if tag::check(&segment).is_err() {
                    let [limit, after] = query::read(query, ["limit", "after"])?;
                    Box::pin(context.list_full(json, &segment, self.part(limit, after)?)).await
                } else {
                    let ty = self.types.get(&segment)?;
                    context.admit_list(ty)?;
                    let [prefix, limit, after] = query::read(query, ["prefix", "limit", "after"])?;
                    let prefix = prefix.unwrap_or_default();
                    Box::pin(context.list(json, ty, &prefix, self.part(limit, after)?)).await
                }
            }
            Route::ListFull => {
                let [full_prefix, limit, after] = query::read(query, ["full_prefix", "limit", "after"])?;
                let full_prefix = full_prefix
                    .ok_or_else(|| Problem::invalid_query("say what to list: a type, or `?full_prefix=`"))?;
                Box::pin(context.list_full(json, &full_prefix, self.part(limit, after)?)).await
            }
            Route::Cleanup => {
                own_tenant(query)?;
                Box::pin(async {
                    body.nothing(&self.limits).await?;
                    context.cleanup(json).await
                })
                .await
            }
            Route::Stats => {
                own_tenant(query)?;
                context.stats(json).await
            }
            Route::Batch => return Box::pin(self.batch(context, parts, body)).await,
        }?;
        Ok(respond(answer, self.in_flight.hold(json.take(), most)?))
    }

    /// Runs a batch. The room for its answer is taken first: what has been done is then answered.
    async fn batch(
        &self,
        context: &Context<'_>,
        parts: &Parts,
        body: Unread<'_>,
    ) -> Result<Response<Body>, Problem> {
        let [] = query::read(parts.uri.query(), [])?;
        let frame = body.json(&self.limits).await?;
        let operations = batch::read(&frame)?;
        let bytes = self.limits.page_bytes;
        let taken = self.in_flight.take(bytes, self.limits.in_flight_bytes)?;
        let mut json = Json::object(Room::OfBatch { bytes });
        let answer = batch::run(context, &operations, &mut json).await;
        Ok(respond(answer, taken.hold(json.take())))
    }

    /// The type that a segment of the path names.
    fn ty(&self, segment: &str) -> Result<&Served, Problem> {
        self.types.get(&decode(segment).ok_or_else(Problem::unknown_type)?)
    }

    /// What is left of a list's query.
    fn part(&self, limit: Option<Cow<'_, str>>, after: Option<Cow<'_, str>>) -> Result<Part, Problem> {
        let limit = limit.map(|text| {
            let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|_| is_number).ok_or_else(Part::not_a_limit)
        });
        let limit = Part::limit(limit.transpose()?)?;
        Ok(Part { limit, after: after.map(Cow::into_owned), room: self.limits.page_bytes })
    }
}

/// Refuses to speak of other tenants.
fn own_tenant(query: Option<&str>) -> Result<(), Problem> {
    let [global] = query::read(query, ["global"])?;
    match global.as_deref() {
        None | Some("false") => Ok(()),
        Some("true") => Err(Problem::forbidden("of all tenants the operator's own routes speak")),
        Some(_) => Err(Problem::invalid_query("`global` is true or false")),
    }
}

fn respond(answer: Answer, json: Bytes) -> Response<Body> {
    let mut response = if answer.is_not_modified {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = Response::new(Body::from(json));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    if let Some(etag) = answer.etag.and_then(entity_tag) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

/// What is left of an answer to HEAD, which is as long as the one to GET would be.
fn leave_out_body(response: &mut Response<Body>) {
    let length = std::mem::take(response.body_mut()).size_hint().exact();
    if let Some(length) = length
        && response.status() != StatusCode::NOT_MODIFIED
    {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
}

/// A version in quotation marks.
fn entity_tag(version: Version) -> Option<HeaderValue> {
    let mut tag = [0; 22];
    let mut rest = &mut tag[..];
    rest.write_all(b"\"").ok()?;
    serde_json::to_writer(&mut rest, &version.get()).ok()?;
    rest.write_all(b"\"").ok()?;
    let left = rest.len();
    HeaderValue::from_bytes(&tag[..tag.len() - left]).ok()
}

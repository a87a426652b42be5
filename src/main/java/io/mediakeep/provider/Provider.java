package io.mediakeep.provider;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The facts of a provider, as the bean of its file gives them. Each is the value of the setting {@code mediakeep.<p>.<fact>}
 * where no property and no environment variable gives another: {@code apiUrl} is {@code mediakeep.<p>.api-url}. They are texts
 * as in {@code application.properties}, and checked like these. A file has one such bean, named like the provider.
 */
public final class Provider {
    private final Map<String, String> facts = new TreeMap<>();

    public Provider() {
        set("authorization", "Authorization: Bearer {key}");
        set("signature", "none");
        set("confirm", "unsigned");
        set("poll-interval", "60s");
        set("poll-lookback", "7d");
        set("poll-page-size", "100");
        set("poll-max-pages", "1000");
        set("kinds", "video,image,audio");
    }

    /** By the name of the setting below the provider. */
    public Map<String, String> facts() {
        return Collections.unmodifiableMap(facts);
    }

    private void set(String fact, String value) {
        facts.put(fact, value);
    }

    /** Name for people, such as {@code Suno API}. */
    public void setTitle(String title) {
        set("title", title);
    }

    /** URL of the vendor's documentation that the file follows. */
    public void setDocumentation(String documentation) {
        set("documentation", documentation);
    }

    /** When the file was last compared with that documentation, such as {@code 2026-11}. */
    public void setChecked(String checked) {
        set("checked", checked);
    }

    /** What is not documented and was only seen, in a few words. */
    public void setSeen(String seen) {
        set("seen", seen);
    }

    /** Base URL of the API. */
    public void setApiUrl(String apiUrl) {
        set("api-url", apiUrl);
    }

    /** Header line that carries our credentials; {@code {key}} is the API key, or a JWT signed with {@code secret-key}. */
    public void setAuthorization(String authorization) {
        set("authorization", authorization);
    }

    /** Further headers of every call, one a line, such as {@code X-Version: 2024-11-06}. */
    public void setHeaders(String headers) {
        set("headers", headers);
    }

    /** Whether media at the origin of the API are fetched with our credentials: {@code true} or {@code false}. */
    public void setKeyedMedia(String keyedMedia) {
        set("keyed-media", keyedMedia);
    }

    /** How callbacks are signed: a scheme or a recipe. */
    public void setSignature(String signature) {
        set("signature", signature);
    }

    /** Header of the signature. */
    public void setSignatureHeader(String signatureHeader) {
        set("signature-header", signatureHeader);
    }

    /** What is signed, such as {@code {id}.{timestamp}.{body}}. */
    public void setSignatureContent(String signatureContent) {
        set("signature-content", signatureContent);
    }

    /** {@code sha256} or {@code sha512}; of a JWT such as {@code RS256}, and no other is accepted. */
    public void setSignatureAlgorithm(String signatureAlgorithm) {
        set("signature-algorithm", signatureAlgorithm);
    }

    /** {@code hex}, {@code base64} or {@code base64url}. */
    public void setSignatureEncoding(String signatureEncoding) {
        set("signature-encoding", signatureEncoding);
    }

    /** What stands in front of a signature, such as {@code sha256=}. */
    public void setSignaturePrefix(String signaturePrefix) {
        set("signature-prefix", signaturePrefix);
    }

    /** What parts several signatures in the header. */
    public void setSignatureSeparator(String signatureSeparator) {
        set("signature-separator", signatureSeparator);
    }

    /** Form of the secrets: {@code text}, {@code base64}, {@code hex} or {@code whsec}. */
    public void setSignatureKey(String signatureKey) {
        set("signature-key", signatureKey);
    }

    /** Header of the id of a delivery. */
    public void setSignatureId(String signatureId) {
        set("signature-id", signatureId);
    }

    /** Header of the signed time. */
    public void setSignatureTimestamp(String signatureTimestamp) {
        set("signature-timestamp", signatureTimestamp);
    }

    /** What stands in front of the time where its header has more, such as {@code t=}. */
    public void setSignatureTimestampPrefix(String signatureTimestampPrefix) {
        set("signature-timestamp-prefix", signatureTimestampPrefix);
    }

    /** {@code s}, {@code ms} or {@code rfc3339}. */
    public void setSignatureTimestampUnit(String signatureTimestampUnit) {
        set("signature-timestamp-unit", signatureTimestampUnit);
    }

    /** Largest gap between the signed time and now; none: {@code mediakeep.callback.tolerance}. */
    public void setSignatureTolerance(String signatureTolerance) {
        set("signature-tolerance", signatureTolerance);
    }

    /** URL of the published keys. */
    public void setSignatureJwks(String signatureJwks) {
        set("signature-jwks", signatureJwks);
    }

    /** Whom a JWT must be issued by; none: anybody. */
    public void setSignatureIssuer(String signatureIssuer) {
        set("signature-issuer", signatureIssuer);
    }

    /** Whom a JWT must be for; none: anybody. */
    public void setSignatureAudience(String signatureAudience) {
        set("signature-audience", signatureAudience);
    }

    /** Claim of a JWT that holds the SHA-256 of the body. */
    public void setSignatureBodyClaim(String signatureBodyClaim) {
        set("signature-body-claim", signatureBodyClaim);
    }

    /** What a callback is answered with, where the provider wants a certain text. */
    public void setCallbackAnswer(String callbackAnswer) {
        set("callback-answer", callbackAnswer);
    }

    /** Member of a first callback that is a challenge: it is answered with the same member, and is no callback of a task. */
    public void setCallbackChallenge(String callbackChallenge) {
        set("callback-challenge", callbackChallenge);
    }

    /** When a callback is only a hint: {@code unsigned}, {@code always} or {@code never}. */
    public void setConfirm(String confirm) {
        set("confirm", confirm);
    }

    /** Lists that are polled, comma-separated; none: every open task is read by itself. */
    public void setLists(String lists) {
        set("lists", lists);
    }

    /** Those of the lists that need an API key. */
    public void setApiKeyLists(String apiKeyLists) {
        set("api-key-lists", apiKeyLists);
    }

    /** Where a task is looked for, likeliest first, comma-separated; none: in the lists. */
    public void setProducts(String products) {
        set("products", products);
    }

    /** Pause between two polls of a list, or two reads of an open task. */
    public void setPollInterval(String pollInterval) {
        set("poll-interval", pollInterval);
    }

    /** How far a poll looks back beyond the last one. */
    public void setPollLookback(String pollLookback) {
        set("poll-lookback", pollLookback);
    }

    /** Tasks on a page, 1 to 500. */
    public void setPollPageSize(String pollPageSize) {
        set("poll-page-size", pollPageSize);
    }

    /** From so many tasks on a page may not be the last one, where that is less than the page size. */
    public void setPollFullPage(String pollFullPage) {
        set("poll-full-page", pollFullPage);
    }

    /** Pages in one poll before it stops with a warning. */
    public void setPollMaxPages(String pollMaxPages) {
        set("poll-max-pages", pollMaxPages);
    }

    /** Tasks that one call reads, 1 to 500, where the file has a route {@code <p>-tasks}; none: each by itself. */
    public void setBatch(String batch) {
        set("batch", batch);
    }

    /** The product that this call asks in; none where the provider makes no difference. */
    public void setBatchProduct(String batchProduct) {
        set("batch-product", batchProduct);
    }

    /** Reads that may begin in a period; none: any number. */
    public void setCalls(String calls) {
        set("calls", calls);
    }

    /** That period in milliseconds. */
    public void setCallsPeriod(String callsPeriod) {
        set("calls-period", callsPeriod);
    }

    /** Reads at a time, 1 to 256; none: {@code mediakeep.poll.reads}. */
    public void setReads(String reads) {
        set("reads", reads);
    }

    /** How long the provider keeps a result, such as {@code 24h}. */
    public void setRetention(String retention) {
        set("retention", retention);
    }

    /** Hosts that media may be fetched from, comma-separated; {@code *.domain} for all below one. */
    public void setMediaHosts(String mediaHosts) {
        set("media-hosts", mediaHosts);
    }

    /** Roles of media that are kept, comma-separated; none: all. */
    public void setKeep(String keep) {
        set("keep", keep);
    }

    /** What files may be, told by their bytes, comma-separated. */
    public void setKinds(String kinds) {
        set("kinds", kinds);
    }

    /** Where the code stands in an answer, likeliest first, comma-separated, such as {@code error.code}; none: {@code code}. */
    public void setCodesIn(String codesIn) {
        set("codes.in", codesIn);
    }

    /** Codes in an answer's body that mean a good answer; none: whatever the HTTP status says. */
    public void setCodesOk(String codesOk) {
        set("codes.ok", codesOk);
    }

    /** Codes that mean that calls are refused. */
    public void setCodesRefused(String codesRefused) {
        set("codes.refused", codesRefused);
    }

    /** Codes that mean that there are too many calls. */
    public void setCodesThrottled(String codesThrottled) {
        set("codes.throttled", codesThrottled);
    }

    /** Codes that mean that there is no such task or list. */
    public void setCodesNotFound(String codesNotFound) {
        set("codes.not-found", codesNotFound);
    }
}

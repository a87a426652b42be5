package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The callback door on raw sockets: what is let in, and what the others are answered. Row numbers name the bad inputs. */
class ReceiveIT {
    private static final String TOKEN = "suno-token-0123456789";
    private static final String DOOR = "/callbacks/suno/" + TOKEN;
    private static final String BODY = "{\"code\":200,\"data\":{\"task_id\":\"t-1\",\"callbackType\":\"text\"}}";
    private static final String VIDU = "/callbacks/vidu/vidu-token-0123456789";
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeSuno suno;
    private static FakeVidu vidu;
    private static FakeOrigin canary;
    private static RunningMediakeep app;

    @BeforeAll
    static void start() {
        suno = new FakeSuno("suno-api-key-secret");
        vidu = new FakeVidu("vda_key");
        canary = new FakeOrigin();
        app = new RunningMediakeep(CLOCK)
                .provider("suno", suno, TOKEN)
                .set("mediakeep.suno.api-key", "suno-api-key-secret")
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.api-key", "vda_key")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        suno.close();
        vidu.close();
        canary.close();
    }

    /** @param statuses any of them is right; an answer may also be a closed connection where 0 is among them */
    record Row(String name, byte[] request, List<Integer> statuses) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        String big = "\"" + "x".repeat(1 << 20) + "\"";
        return Stream.of(
                row("A20 wrong token", post("/callbacks/suno/" + "x".repeat(21), BODY), 404),
                row("unknown provider", post("/callbacks/other/" + TOKEN, BODY), 404),
                row("provider that is off", post("/callbacks/kling/" + TOKEN, BODY), 404),
                row("no token", post("/callbacks/suno", BODY), 404),
                row("more than a token", post(DOOR + "/x", BODY), 404),
                row("A21 token as query", post("/callbacks/suno/?token=" + TOKEN, BODY), 404),
                row("A22 GET", request("GET", DOOR, "", ""), 405),
                row("A22 PUT", request("PUT", DOOR, "Content-Type: application/json\r\n", BODY), 405),
                row("A22 DELETE", request("DELETE", DOOR, "", ""), 405),
                row("A22 PATCH", request("PATCH", DOOR, "Content-Type: application/json\r\n", BODY), 405),
                row("A23 length over the limit", post(DOOR, big), 413, 0),
                row("A24 chunks over the limit", chunked(DOOR, big), 413, 0),
                row("A27 gzip", gzip(DOOR), 415),
                row(
                        "form",
                        request("POST", DOOR, "Content-Type: application/x-www-form-urlencoded\r\n", "a=%7B%7D"),
                        415),
                row("text", request("POST", DOOR, "Content-Type: text/plain\r\n", BODY), 415),
                row(
                        "JSON with a charset",
                        request("POST", DOOR, "Content-Type: application/json; charset=utf-8\r\n", "{\"n\":1}"),
                        200),
                row("JSON without a type", request("POST", DOOR, "", "{\"n\":3}"), 200),
                row("no type and no JSON", request("POST", DOOR, "", "n=3"), 400),
                row("JSON in capitals", request("POST", DOOR, "Content-Type: Application/JSON\r\n", "{\"n\":6}"), 200),
                row(
                        "JSON of a kind",
                        request("POST", DOOR, "Content-Type: application/cloudevents+json\r\n", "{\"n\":7}"),
                        200),
                row(
                        "JSON in an unknown charset",
                        request("POST", DOOR, "Content-Type: application/json; charset=nonesuch\r\n", "{\"n\":8}"),
                        200),
                row("a type of rubbish", request("POST", DOOR, "Content-Type: ;;/=\r\n", "{\"n\":9}"), 415),
                row(
                        "a file",
                        request(
                                "POST",
                                DOOR,
                                "Content-Type: multipart/form-data; boundary=b\r\n",
                                "--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n{}\r\n--b--\r\n"),
                        415),
                row("broken escape", post("/callbacks/suno/%zz", BODY), 400, 404),
                row("line of 5,000 characters", post(DOOR + "?" + "x".repeat(5_000), BODY), 414),
                row("no HTTP at all", "\u0016\u0003\u0001 RUBBISH\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1), 400),
                row("not JSON", post(DOOR, "{\"type\":"), 400),
                row("empty", post(DOOR, ""), 400),
                row(
                        "XML",
                        post(DOOR, "<!DOCTYPE a [<!ENTITY e SYSTEM \"" + canary.url("xxe") + "\">]><a>&e;</a>"),
                        400),
                row("unsigned where a signature is needed", post(VIDU, BODY), 401),
                row(
                        "A28 control header",
                        request(
                                "POST",
                                DOOR,
                                "Content-Type: application/json\r\nCamelHttpUri: " + canary.url("c")
                                        + "\r\nCamelHttpPath: /api/summary\r\n",
                                "{\"n\":4}"),
                        200),
                row(
                        "A29 control header and query",
                        request(
                                "POST",
                                DOOR + "?CamelFileName=../x&CamelSqlQuery=select+1&CamelHttpPath=/x",
                                "Content-Type: application/json\r\ncAmElAwsS3Key: ../../x\r\ncamelhttpresponsecode: 299\r\n",
                                "{\"n\":5}"),
                        200),
                row(
                        "A30 chunks and length",
                        request(
                                "POST",
                                DOOR,
                                "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                                "0\r\n\r\n"),
                        400),
                row(
                        "A31 header of 32 KiB",
                        request(
                                "POST",
                                DOOR,
                                "Content-Type: application/json\r\nX-Long: " + "x".repeat(32 << 10) + "\r\n",
                                BODY),
                        431,
                        400),
                row(
                        "A31 120 headers",
                        request(
                                "POST",
                                DOOR,
                                "Content-Type: application/json\r\n"
                                        + "X-Many: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"
                                                .repeat(120),
                                BODY),
                        431,
                        400),
                row("A32 dots", post("/callbacks/suno/../../api/summary", BODY), 404, 405),
                // The same path by the rules of HTTP servers; what matters is that no other door opens.
                row("A32 empty segment", post("/callbacks//suno/" + TOKEN, BODY), 404, 200),
                row("A32 escaped slash", post("/callbacks/suno%2f..%2fapi%2fsummary", BODY), 404),
                row("A32 escaped dots", post("/callbacks/%2e%2e/" + TOKEN, BODY), 404),
                row("A33 absolute target", post("http://canary.example.test/", BODY), 400, 404, 405));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void answersAsTheTableSays(Row row) throws IOException {
        long before = app.count("SELECT count(*) FROM callback");
        double refused = app.metric("mediakeep_callbacks_refused_total");

        String answer = exchange(row.request());

        int status = answer.startsWith("HTTP/1.") ? Integer.parseInt(answer.substring(9, 12)) : 0;
        assertThat(status).as(answer).isIn(row.statuses());
        long added = app.count("SELECT count(*) FROM callback") - before;
        assertThat(added).isEqualTo(status == 200 ? 1 : 0);
        assertThat(answer)
                .doesNotContain("Exception", "\tat ", "io.mediakeep", "org.apache", TOKEN)
                .doesNotContainIgnoringCase("\r\ncamel");
        if (status >= 400) {
            assertThat(answer).contains("ontent-Type: application/problem+json").contains("\"status\":" + status + "}");
        }
        boolean atTheDoor = new String(row.request(), StandardCharsets.ISO_8859_1).contains(" /callbacks/")
                && !row.name().startsWith("A32");
        if (status >= 400 && status != 414 && atTheDoor) {
            assertThat(app.metric("mediakeep_callbacks_refused_total")).isEqualTo(refused + 1);
        }
        if (status == 200) {
            assertThat(answer).contains("application/json").contains("{\"status\":\"accepted\"}");
        }
        assertThat(canary.gets("c")).isEmpty();
        assertThat(canary.gets("xxe")).isEmpty();
        assertThat(app.api("GET", "/api/summary", null).statusCode()).isEqualTo(200);
    }

    @Test
    void fillsNoLogForWhoeverHangsUpOrSendsTooMuch() throws IOException {
        exchange(post(DOOR, "\"" + "x".repeat(1 << 20) + "\""));
        recordsNothingOfACallbackThatBreaksOff();
        // What a product of an earlier test still counts is not of this one.
        assertThat(app.log.lines())
                .noneMatch(line -> line.startsWith("ERROR") && !line.contains("since the last line"));
    }

    @Test
    void tellsNothingOfWhyItRefuses() {
        List<Supplier<String>> notFound = List.of(
                () -> app.callback("/callbacks/suno/" + "y".repeat(21), "{}".getBytes(StandardCharsets.UTF_8), Map.of())
                        .body(),
                () -> app.callback("/callbacks/none/" + TOKEN, "{}".getBytes(StandardCharsets.UTF_8), Map.of())
                        .body());
        assertThat(notFound.stream().map(Supplier::get).distinct()).hasSize(1);
        var unsigned = app.callback(VIDU, "{}".getBytes(StandardCharsets.UTF_8), Map.of());
        var wrong = app.callback(
                VIDU, "{}".getBytes(StandardCharsets.UTF_8), FakeVidu.sign("other-key", VIDU, "", "n", CLOCK));
        assertThat(unsigned.body()).isEqualTo(wrong.body());
        assertThat(unsigned.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        assertThat(wrong.statusCode()).isEqualTo(401);
    }

    /** A36. */
    @Test
    void recordsACallbackOnceWhoseSenderDidNotWait() throws IOException {
        String body = "{\"code\":200,\"data\":{\"task_id\":\"a36\",\"callbackType\":\"text\"}}";
        try (Socket socket = connect()) {
            socket.getOutputStream().write(post(DOOR, body));
            socket.getOutputStream().flush();
        }
        assertThat(exchange(post(DOOR, body))).startsWith("HTTP/1.1 200");
        assertThat(exchange(post(DOOR, body))).contains("{\"status\":\"duplicate\"}");
        assertThat(app.count("SELECT count(*) FROM callback WHERE CAST(body AS TEXT) LIKE '%a36%'"))
                .isEqualTo(1);
    }

    /** A26. */
    @Test
    void recordsNothingOfACallbackThatBreaksOff() throws IOException {
        long before = app.count("SELECT count(*) FROM callback");
        try (Socket socket = connect()) {
            String half = new String(post(DOOR, BODY + " ".repeat(50)), StandardCharsets.ISO_8859_1);
            socket.getOutputStream().write(half.substring(0, half.length() - 50).getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        }
        assertThat(app.callback(DOOR, ("{\"n\":" + before + "26}").getBytes(StandardCharsets.UTF_8), Map.of())
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.count("SELECT count(*) FROM callback")).isEqualTo(before + 1);
    }

    @Test
    @DisplayName("A34 500 wrong signatures at once and a right one")
    void letsTheRightOneInAmongManyWrongOnes() {
        HttpClient client = HttpClient.newHttpClient();
        byte[] body = bytes("{\"id\":\"a34\",\"state\":\"processing\"}");
        List<CompletableFuture<Integer>> wrong = IntStream.range(0, 500)
                .mapToObj(i -> post(client, body, FakeVidu.sign("wrong", VIDU, "", "n" + i, CLOCK)))
                .toList();
        int right = post(client, body, FakeVidu.sign("vda_key", VIDU, "", "right", CLOCK))
                .join();
        assertThat(right).isEqualTo(200);
        assertThat(wrong).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(401));
    }

    /** B03 to B19: what is JSON is kept, and what no mapping can read is a dead letter with its bytes. */
    @ParameterizedTest
    @MethodSource("payloads")
    void keepsAsDeadLetterWhatIsJsonButNoCallback(String reason, String body) {
        int before = app.deadLetters(reason).size();
        assertThat(app.callback(DOOR, body.getBytes(StandardCharsets.UTF_8), Map.of())
                        .statusCode())
                .isEqualTo(200);
        app.await("a dead letter", () -> app.deadLetters(reason).size() == before + 1);
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> payloads() {
        return Stream.of(
                arguments("payload_shape", "null"),
                arguments("payload_shape", "[]"),
                arguments("payload_shape", "\"t-1001\""),
                arguments("payload_syntax", "{\"data\":{\"task_id\":\"a\",\"task_id\":\"b\"}}"),
                arguments("id_invalid", "{\"code\":200,\"data\":{\"task_id\":\"\\ud800\"}}"),
                arguments("id_invalid", "{\"code\":200,\"data\":{\"task_id\":\"t-1001 \"}}"),
                arguments("id_invalid", "{\"code\":200,\"data\":{\"task_id\":\"t\\r\\nx-amz-acl: public-read\"}}"),
                arguments("id_invalid", "{\"code\":200,\"data\":{\"task_id\":1.0}}"),
                arguments("id_invalid", "{\"code\":200,\"data\":{\"task_id\":null}}"),
                arguments("id_invalid", "{\"code\":200,\"data\":{}}"),
                arguments("payload_limits", "[".repeat(1_000) + "]".repeat(1_000)));
    }

    @Test
    void takesIdsForTextAndNothingElse() {
        for (String id : new String[] {
            "../../../../secret",
            "${env:HOME}",
            "{{secret}}",
            "';DROP/**/TABLE/**/task;--",
            "%2e%2e%2f1",
            "T-1001",
            "t-1001"
        }) {
            String body = FakeServer.write(
                    FakeServer.map("code", 200, "data", FakeServer.map("task_id", id, "callbackType", "text")));
            assertThat(app.callback(DOOR, body.getBytes(StandardCharsets.UTF_8), Map.of())
                            .statusCode())
                    .isEqualTo(200);
            app.await(
                    "the task " + id,
                    () -> suno.calls().stream().anyMatch(call -> id.equals(call.parameter("taskId"))));
        }
        assertThat(app.count("SELECT count(*) FROM task WHERE task_id IN ('T-1001', 't-1001')"))
                .isEqualTo(2);
    }

    // ---- helpers

    private static CompletableFuture<Integer> post(HttpClient client, byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(app.uri(VIDU)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return client.sendAsync(
                        request.header("Content-Type", "application/json").build(),
                        HttpResponse.BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static org.junit.jupiter.params.provider.Arguments arguments(Object... values) {
        return org.junit.jupiter.params.provider.Arguments.of(values);
    }

    private static Row row(String name, byte[] request, Integer... statuses) {
        return new Row(name, request, List.of(statuses));
    }

    private static byte[] post(String target, String body) {
        return request("POST", target, "Content-Type: application/json\r\n", body);
    }

    private static byte[] request(String method, String target, String headers, String body) {
        String length =
                method.equals("GET") || method.equals("DELETE") ? "" : "Content-Length: " + body.length() + "\r\n";
        return (method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + length
                        + "\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] chunked(String target, String body) {
        StringBuilder chunks = new StringBuilder();
        for (int at = 0; at < body.length(); at += 65_536) {
            String chunk = body.substring(at, Math.min(body.length(), at + 65_536));
            chunks.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        return ("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] gzip(String target) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(new byte[10_000]);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return request(
                "POST",
                target,
                "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
                bytes.toString(StandardCharsets.ISO_8859_1));
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), app.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** All that comes back until the server closes; a reset ends it like a close. */
    private static String exchange(byte[] request) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = connect()) {
            try {
                socket.getOutputStream().write(request);
                socket.getOutputStream().flush();
            } catch (SocketException e) {
                // The server has answered and closed already.
            }
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                answer.write(buffer, 0, n);
            }
        } catch (SocketException e) {
            // reset
        }
        return answer.toString(StandardCharsets.UTF_8);
    }
}

package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits of the server on raw sockets: time, sizes, numbers, and who answers what. */
class HttpEdgeIT {
    private static final String TOKEN = "suno-token-0123456789";
    private static final String DOOR = "/callbacks/suno/" + TOKEN;
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeSuno suno;
    private static RunningMediakeep app;

    @BeforeAll
    static void start() {
        suno = new FakeSuno("suno-api-key-secret");
        app = new RunningMediakeep(CLOCK)
                .provider("suno", suno, TOKEN)
                .set("mediakeep.suno.api-key", "suno-api-key-secret")
                .set("mediakeep.http.header-timeout", "400ms")
                .set("mediakeep.http.body-timeout", "400ms")
                .set("mediakeep.http.idle-timeout", "1s")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        suno.close();
    }

    @Test
    void closesAConnectionWhoseHeadersDrip() throws IOException {
        String answer = drip(request("POST", DOOR, "Content-Type: application/json\r\n", "{}"), 20);
        assertThat(answer).isEmpty();
    }

    @Test
    @DisplayName("A25 a body that drips")
    void answers408ToABodyThatDrips() throws IOException {
        double refused = app.metric("mediakeep_callbacks_refused_total", "status=\"408\"");
        long rows = app.count("SELECT count(*) FROM callback");
        String request =
                request("POST", DOOR, "Content-Type: application/json\r\n", "{\"n\":\"" + "x".repeat(9_000) + "\"}");

        String answer = drip(request, request.indexOf("\r\n\r\n") + 4);

        assertThat(answer)
                .startsWith("HTTP/1.1 408 ")
                .contains("application/problem+json")
                .contains("\"status\":408}");
        assertThat(app.metric("mediakeep_callbacks_refused_total", "status=\"408\""))
                .isEqualTo(refused + 1);
        assertThat(app.count("SELECT count(*) FROM callback")).isEqualTo(rows);
    }

    @Test
    void keepsAConnectionBetweenRequestsAndClosesOneThatAsksNoMore() throws IOException {
        try (Socket socket = connect()) {
            for (int i = 0; i < 3; i++) {
                String body = "{\"kept\":" + i + "}";
                String request =
                        "POST " + DOOR + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                assertThat(answer(socket)).contains("{\"status\":\"accepted\"}");
            }
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    @DisplayName("A35 a ledger that is blocked")
    void waitsForTheLedgerLongerThanForABodyAndAnswers503() throws Exception {
        try (Connection other = DriverManager.getConnection(
                        "jdbc:sqlite:" + app.directory().resolve("ledger.db"));
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            double refused = app.metric("mediakeep_callbacks_refused_total", "status=\"503\"");
            HttpResponse<String> answer = app.callback(DOOR, bytes("{\"blocked\":1}"), Map.of());
            statement.execute("ROLLBACK");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(app.metric("mediakeep_callbacks_refused_total", "status=\"503\""))
                    .isEqualTo(refused + 1);
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "GET, /nothing, 404",
        "GET, /callbacks, 404",
        "GET, /callbacks/suno/suno-token-0123456789, 405",
        "OPTIONS, /callbacks/suno/suno-token-0123456789, 405",
        "POST, /, 405",
        "DELETE, /api/tasks, 405",
        "POST, /api/tasks/suno, 415",
        "POST, /api/normalize/suno, 415"
    })
    void answersAProblemDocument(String method, String path, int status) throws IOException {
        String answer = exchange(request(
                method,
                path,
                "Authorization: Bearer " + RunningMediakeep.API_TOKEN
                        + "\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                method.equals("POST") ? "taskId=1" : ""));
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("ontent-Type: application/problem+json\r\n")
                .endsWith("\"status\":" + status + "}");
    }

    @Test
    void replaysWithoutABodyAndWithoutAType() {
        assertThat(app.api("POST", "/api/dead-letters/replay?reason=mapping", null)
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void refusesTooManyHeaders() throws IOException {
        StringBuilder many = new StringBuilder("Content-Type: application/json\r\n");
        for (int i = 0; i < 98; i++) {
            many.append("x").append(i).append(": 1\r\n");
        }
        assertThat(exchange(request("POST", DOOR, many.toString(), "{\"many\":1}")))
                .startsWith("HTTP/1.1 431 ")
                .contains("application/problem+json");
    }

    /** Nobody can tell an unknown path from a wrong token. */
    @Test
    void answersAWrongTokenLikeAPathThatIsNot() throws IOException {
        String wrong = exchange(request("POST", "/callbacks/suno/" + "y".repeat(21), "", "{}"));
        String unknown = exchange(request("POST", "/callbacks/suno", "", "{}"));
        assertThat(wrong).isEqualTo(unknown).startsWith("HTTP/1.1 404 ");
    }

    /** What two servers on the way could read in two ways, on both ports; a second request behind it is never read. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '!', quoteCharacter = '~', textBlock = """
            # name                             ! line             ! headers                                       ! body
            length and chunks                  ! %s HTTP/1.1      ! Host: a|Content-Length: 7|Transfer-Encoding: chunked ! 2|{}|0||
            chunks and length                  ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: chunked|Content-Length: 7 ! 2|{}|0||
            two codings                        ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: chunked|Transfer-Encoding: chunked ! 2|{}|0||
            two codings, one of them identity  ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: identity|Transfer-Encoding: chunked ! 2|{}|0||
            a list of codings                  ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: gzip, chunked      ! 2|{}|0||
            a list that begins empty           ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: ,chunked           ! 2|{}|0||
            chunked is not the last            ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: chunked, identity  ! 2|{}|0||
            an unknown coding                  ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: xchunked           ! 2|{}|0||
            identity                           ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: identity           ! ~~
            an empty coding                    ! %s HTTP/1.1      ! Host: a|Transfer-Encoding:                    ! ~~
            a coding with a parameter          ! %s HTTP/1.1      ! Host: a|Transfer-Encoding: chunked;q=1        ! 2|{}|0||
            chunks in HTTP/1.0                 ! %s HTTP/1.0      ! Host: a|Transfer-Encoding: chunked            ! 2|{}|0||
            two lengths                        ! %s HTTP/1.1      ! Host: a|Content-Length: 2|Content-Length: 3   ! {}
            two equal lengths                  ! %s HTTP/1.1      ! Host: a|Content-Length: 2|Content-Length: 2   ! {}
            a list of lengths                  ! %s HTTP/1.1      ! Host: a|Content-Length: 2, 2                  ! {}
            a signed length                    ! %s HTTP/1.1      ! Host: a|Content-Length: +2                    ! {}
            a negative length                  ! %s HTTP/1.1      ! Host: a|Content-Length: -2                    ! {}
            a length in hexadecimal            ! %s HTTP/1.1      ! Host: a|Content-Length: 0x2                   ! {}
            two hosts                          ! %s HTTP/1.1      ! Host: a|Host: b|Content-Length: 2             ! {}
            two equal hosts                    ! %s HTTP/1.1      ! Host: a|Host: a|Content-Length: 2             ! {}
            no host                            ! %s HTTP/1.1      ! Content-Length: 2                             ! {}
            a host with a path                 ! %s HTTP/1.1      ! Host: a/b|Content-Length: 2                   ! {}
            a list of hosts                    ! %s HTTP/1.1      ! Host: a, b|Content-Length: 2                  ! {}
            a folded header                    ! %s HTTP/1.1      ! Host: a|X: b|~ c~|Content-Length: 2           ! {}
            a folded header at the end         ! %s HTTP/1.1      ! Host: a|Content-Length: 2|X: b|\\tc            ! {}
            a folded length                    ! %s HTTP/1.1      ! Host: a|Content-Length:|\\t2                   ! {}
            a blank before the first header    ! %s HTTP/1.1      ! \\tX: b|Host: a|Content-Length: 2              ! {}
            a blank before the colon           ! %s HTTP/1.1      ! Host: a|Content-Length : 2                    ! {}
            a tab before the colon             ! %s HTTP/1.1      ! Host: a|Transfer-Encoding\\t: chunked          ! 2|{}|0||
            no colon                           ! %s HTTP/1.1      ! Host: a|Content-Length 2                      ! ~~
            no name                            ! %s HTTP/1.1      ! Host: a|: 2                                   ! ~~
            a name with a blank                ! %s HTTP/1.1      ! Host: a|Content Length: 2                     ! ~~
            a line that ends with LF           ! %s HTTP/1.1      ! Host: a\\nX: b|Content-Length: 2               ! {}
            a head that ends with LF           ! %s HTTP/1.1      ! Host: a|Content-Length: 2|\\n                  ! {}
            a CR within a line                 ! %s HTTP/1.1      ! Host: a|X: b\\rContent-Length: 7|Content-Length: 2 ! {}
            a NUL                              ! %s HTTP/1.1      ! Host: a|X: b\\0|Content-Length: 2              ! {}
            a target with a host               ! POST http://a%s HTTP/1.1 ! Host: a|Content-Length: 2             ! {}
            a target with another host         ! POST https://canary.example.test/ HTTP/1.1 ! Host: a|Content-Length: 2 ! {}
            a target without a slash           ! POST callbacks HTTP/1.1 ! Host: a|Content-Length: 2              ! {}
            a target that is a host            ! CONNECT a:443 HTTP/1.1 ! Host: a:443                             ! ~~
            """)
    void refusesWhatCanBeReadInTwoWaysAndClosesTheConnection(String name, String line, String headers, String body)
            throws IOException {
        for (boolean management : new boolean[] {false, true}) {
            String path = management ? "/observe/health/live" : DOOR;
            String start = line.startsWith("%s") ? "POST " + line : line;
            String request = start.replace("%s", path) + "|" + headers + "||" + (body == null ? "" : body);
            String raw = request.replace("\\t", "\t")
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\0", "\0")
                    .replace("|", "\r\n");
            String second = "GET /console.css HTTP/1.1\r\nHost: a\r\n\r\n";

            String answer = exchange(raw + second, management ? app.managementPort() : app.port());

            assertThat(answer).matches("(?s)HTTP/1[.][01] 400 .*").containsIgnoringCase("connection: close");
            assertThat(answer.split("HTTP/1[.]")).as(answer).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x2|{}", "-2|{}", "2 |{}", "+2|{}", "2|{}x", "100000000000000000|{}", "|{}"})
    void refusesChunksThatCannotBeReadAndClosesTheConnection(String chunk) throws IOException {
        String request = "POST " + DOOR + " HTTP/1.1|Host: a|Transfer-Encoding: chunked||" + chunk + "|0||";
        String second = "GET /console.css HTTP/1.1|Host: a||";

        String answer = exchange((request + second).replace("|", "\r\n"));

        assertThat(answer).startsWith("HTTP/1.1 400 ").containsIgnoringCase("connection: close");
        assertThat(answer.split("HTTP/1[.]")).as(answer).hasSize(2);
    }

    /** The same limits leave alone what is plain. */
    @ParameterizedTest
    @CsvSource(delimiter = '!', quoteCharacter = '~', textBlock = """
            HTTP/1.1 ! Host: a|Content-Length: 2                       ! {}
            HTTP/1.1 ! Host:|Content-Length: 2                         ! {}
            HTTP/1.1 ! host:a:8080|content-length:2                    ! {}
            HTTP/1.1 ! Host: [::1]:8080|X:|Content-Length: 2           ! {}
            HTTP/1.1 ! Host: a|Transfer-Encoding: Chunked              ! 2|{}|0||
            HTTP/1.1 ! Host: a|Transfer-Encoding: chunked              ! 2;x=y|{}|0|Trailer: 1||
            HTTP/1.0 ! Content-Length: 2                               ! {}
            """)
    void takesWhatCanBeReadInOneWay(String version, String headers, String body) throws IOException {
        String request =
                ("POST " + DOOR + " " + version + "|Connection: close|" + headers + "||" + body).replace("|", "\r\n");
        assertThat(exchange(request)).startsWith("HTTP/1." + version.charAt(7) + " 200 ");
    }

    @Test
    void readsAHeadThatComesInBytesAndARequestBehindAnother() throws IOException {
        String one = "POST " + DOOR + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
        String folded = "POST " + DOOR + " HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\nContent-Length: 2\r\n\r\n{}";
        try (Socket socket = connect()) {
            socket.setTcpNoDelay(true);
            for (byte part : (one + one + folded + one).getBytes(StandardCharsets.ISO_8859_1)) {
                socket.getOutputStream().write(part);
                socket.getOutputStream().flush();
            }
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers.split("(?=HTTP/1\\.1 )"))
                    .hasSize(3)
                    .satisfies(
                            all -> assertThat(all[0]).startsWith("HTTP/1.1 200 "),
                            all -> assertThat(all[1]).startsWith("HTTP/1.1 200 "),
                            all -> assertThat(all[2]).startsWith("HTTP/1.1 400 "));
        }
    }

    /** Camel would write an answer in the charset of the request. */
    @ParameterizedTest
    @ValueSource(
            strings = {"UTF-16", "utf-32le", "IBM037", "Shift_JIS", "UTF-7", "nonsense", "\"\"", "{{mediakeep.node}}"})
    void answersInUtf8WhateverCharsetTheSenderNames(String charset) throws IOException {
        for (String row : List.of(
                DOOR + " {\"charset\":1}",
                DOOR + " {",
                "/callbacks/suno/" + "y".repeat(21) + " {}",
                "/api/normalize/suno {\"data\":{\"task_id\":\"caf\u00e9\"}}",
                "/api/tasks/suno {\"taskId\":\"charset\"}",
                "/api/tasks/suno {}",
                "/api/dead-letters/7/replay ",
                "GET/api/tasks ",
                "GET/api/tasks/suno/none ",
                "GET/ ",
                "GET/console.js ")) {
            String[] parts = row.split(" ", 2);
            String method = parts[0].startsWith("GET") ? "GET" : "POST";
            String path = parts[0].replaceFirst("^GET", "");
            String api = "Authorization: Bearer " + RunningMediakeep.API_TOKEN + "\r\n";
            // Twice, because a second delivery and a second watch are answered otherwise.
            exchange(request(method, path, api + "Content-Type: application/json\r\n", parts[1]));
            String plain = exchange(request(method, path, api + "Content-Type: application/json\r\n", parts[1]));
            assertThat(exchange(request(
                            method,
                            path,
                            api + "Content-Type: application/json; charset=" + charset + "\r\n",
                            parts[1])))
                    .as(row)
                    .isEqualTo(plain);
        }
    }

    @Test
    void speaksNoHttp2WithoutTls() throws IOException {
        String answer = exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    // ---- helpers

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String request(String method, String target, String headers, String body) {
        String length = method.equals("POST") ? "Content-Length: " + body.length() + "\r\n" : "";
        return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + length
                + "\r\n" + body;
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), app.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends the beginning at once and the rest in bytes, never idle for long, until the server has had enough. */
    private static String drip(String request, int begin) throws IOException {
        try (Socket socket = connect()) {
            socket.setSoTimeout(20);
            byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
            socket.getOutputStream().write(bytes, 0, begin);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            for (int at = begin; at < bytes.length - 1; at++) {
                try {
                    socket.getOutputStream().write(bytes[at]);
                    int read = socket.getInputStream().read();
                    if (read < 0) {
                        return answer.toString(StandardCharsets.UTF_8);
                    }
                    answer.write(read);
                    socket.setSoTimeout(20_000);
                    answer.write(socket.getInputStream().readAllBytes());
                    return answer.toString(StandardCharsets.UTF_8);
                } catch (SocketTimeoutException e) {
                    // nothing yet
                } catch (SocketException e) {
                    return answer.toString(StandardCharsets.UTF_8);
                }
            }
            throw new AssertionError("the server took every byte");
        }
    }

    private static String exchange(String request) throws IOException {
        return exchange(request, app.port());
    }

    private static String exchange(String request, int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** One answer with a length, or in one chunk. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().contains("}")) {
            int read = in.read();
            assertThat(read).as(answer.toString()).isNotNegative();
            answer.append((char) read);
        }
        if (answer.toString().toLowerCase(java.util.Locale.ROOT).contains("chunked")) {
            in.readNBytes("\r\n0\r\n\r\n".length());
        }
        return answer.toString();
    }
}

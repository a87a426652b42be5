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
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        try (Socket socket = connect()) {
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

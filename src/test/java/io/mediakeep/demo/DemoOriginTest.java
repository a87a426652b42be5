package io.mediakeep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over plain sockets, so that the test sees what is on the wire. */
class DemoOriginTest {
    private static final String PATH = "/vidu/1/creation-01/video.mp4";

    private DemoWorld world;

    @BeforeEach
    void start() throws IOException {
        world = new DemoWorld();
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void servesTheMarkedFileWithAStrongTag() throws IOException {
        world.origin.publish(PATH, DemoFile.DUSK, DemoFault.NONE);
        Answer answer = get(PATH);
        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.body).isEqualTo(DemoFile.DUSK.marked(PATH));
        assertThat(answer.header("Content-Type")).isEqualTo("video/mp4");
        assertThat(answer.header("ETag")).matches("\"[0-9a-f]{32}\"");
    }

    @Test
    void keepsTheConnectionForTheNextRequest() throws IOException {
        world.origin.publish(PATH, DemoFile.COVER, DemoFault.NONE);
        try (Socket socket = connect()) {
            for (int i = 0; i < 3; i++) {
                ask(socket, "HEAD " + PATH + " HTTP/1.1\r\nHost: demo\r\n\r\n");
                String head = head(socket.getInputStream());
                assertThat(head).startsWith("HTTP/1.1 200").containsIgnoringCase("content-length: ");
            }
        }
    }

    @Test
    void breaksOffInTheMiddleOnceAndResumes() throws IOException {
        world.origin.publish(PATH, DemoFile.DUSK, DemoFault.BREAKS_ONCE);
        byte[] whole = DemoFile.DUSK.marked(PATH);
        Answer broken = get(PATH, "Connection: keep-alive");
        assertThat(broken.status).isEqualTo(200);
        assertThat(broken.header("Content-Length")).isEqualTo(String.valueOf(whole.length));
        assertThat(broken.body).isEqualTo(Arrays.copyOf(whole, whole.length / 2));

        Answer rest = get(PATH, "Range: bytes=" + whole.length / 2 + "-", "If-Range: " + broken.header("ETag"));
        assertThat(rest.status).isEqualTo(206);
        assertThat(rest.header("Content-Range"))
                .isEqualTo("bytes " + whole.length / 2 + "-" + (whole.length - 1) + "/" + whole.length);
        assertThat(rest.body).isEqualTo(Arrays.copyOfRange(whole, whole.length / 2, whole.length));
    }

    @Test
    void sendsTheWholeIfTheTagIsAnother() throws IOException {
        world.origin.publish(PATH, DemoFile.DUSK, DemoFault.NONE);
        assertThat(get(PATH, "Range: bytes=100-", "If-Range: \"other\"").status).isEqualTo(200);
        assertThat(get(PATH, "Range: bytes=10-19").body).hasSize(10);
        assertThat(get(PATH, "Range: bytes=99999999-").status).isEqualTo(416);
    }

    @Test
    void failsOnceOrIsGone() throws IOException {
        world.origin.publish(PATH, DemoFile.MELODY, DemoFault.FAILS_ONCE);
        world.origin.publish("/gone.mp3", DemoFile.MELODY, DemoFault.GONE);
        assertThat(get(PATH).status).isEqualTo(500);
        assertThat(get(PATH).status).isEqualTo(200);
        assertThat(get("/gone.mp3").status).isEqualTo(404);
        assertThat(get("/gone.mp3").status).isEqualTo(404);
        assertThat(get("/never-made.mp3").status).isEqualTo(404);
    }

    @Test
    void signedUrlWorksForADayForGetOnlyAndToTheLetter() throws IOException {
        world.origin.publish(PATH, DemoFile.DUSK, DemoFault.NONE);
        URI url = URI.create(world.origin.signedUrl(PATH, DemoWorld.START));
        String target = url.getRawPath() + "?" + url.getRawQuery();
        assertThat(get(target).status).isEqualTo(200);
        assertThat(get(target.replace("%253A", "%3A")).status).isEqualTo(403);
        try (Socket socket = connect()) {
            ask(socket, "HEAD " + target + " HTTP/1.1\r\nHost: demo\r\n\r\n");
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 403");
        }
        world.pass(Duration.ofHours(24));
        assertThat(get(target).status).isEqualTo(403);
    }

    private record Answer(int status, String head, byte[] body) {
        String header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    private Answer get(String target, String... headers) throws IOException {
        try (Socket socket = connect()) {
            boolean keep = Arrays.asList(headers).contains("Connection: keep-alive");
            ask(
                    socket,
                    "GET " + target + " HTTP/1.1\r\nHost: demo\r\n" + (keep ? "" : "Connection: close\r\n")
                            + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n") + "\r\n");
            InputStream in = socket.getInputStream();
            String head = head(in);
            return new Answer(Integer.parseInt(head.substring(9, 12)), head, in.readAllBytes());
        }
    }

    private Socket connect() throws IOException {
        URI url = URI.create(world.origin.url("/"));
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void ask(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended within the headers");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }
}

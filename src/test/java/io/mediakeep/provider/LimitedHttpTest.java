package io.mediakeep.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The components http and https as the application has them, for endpoints that anybody writes. */
class LimitedHttpTest {
    private static final int MORE_THAN_A_POOL = 30;

    private final AtomicBoolean shortOfMemory = new AtomicBoolean();
    private final CamelContext context = new DefaultCamelContext();
    private final StringBuilder header = new StringBuilder();
    private HttpServer server;
    private ProducerTemplate caller;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/", exchange -> {
            try (exchange) {
                for (String line : header.toString().split("\n")) {
                    exchange.getResponseHeaders().add("X-Line", line);
                }
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write(new byte[] {'o', 'k'});
            }
        });
        server.start();
        AnswerLimit.apply(context, 1 << 20);
        HttpComponent component = context.getComponent("http", HttpComponent.class);
        component.setHttpClientConfigurer(new AnswerLimit(
                1 << 20,
                builder -> builder.addRequestInterceptorLast((request, entity, call) -> {
                    if (shortOfMemory.get()) {
                        throw new OutOfMemoryError("on purpose");
                    }
                })));
        context.start();
        caller = context.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        context.stop();
        server.stop(0);
    }

    @Test
    void aClientGoesOnAfterErrors() {
        assertThat(ask()).isEqualTo("ok");
        shortOfMemory.set(true);
        for (int i = 0; i < MORE_THAN_A_POOL; i++) {
            assertThatThrownBy(this::ask).hasRootCauseInstanceOf(OutOfMemoryError.class);
        }
        shortOfMemory.set(false);

        assertThat(ask()).isEqualTo("ok");
    }

    @Test
    void anAnswerHasOnlySoManyHeaders() {
        header.append("x\n".repeat(200));
        assertThatThrownBy(this::ask).hasRootCauseInstanceOf(IOException.class);
        header.setLength(0);
        header.append("x".repeat(100_000));
        assertThatThrownBy(this::ask).hasRootCauseInstanceOf(IOException.class);
        header.setLength(0);

        assertThat(ask()).isEqualTo("ok");
    }

    @ParameterizedTest(name = "{index}")
    @ValueSource(
            strings = {
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n|x",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|1\r\nx\r\n"
            })
    void anAnswerThatNeverEndsIsCutOff(String answer) throws IOException {
        String[] parts = answer.split("[|]");
        try (ServerSocket endless = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread sender = new Thread(() -> {
                try (Socket socket = endless.accept()) {
                    socket.getOutputStream().write(parts[0].getBytes(StandardCharsets.US_ASCII));
                    while (true) {
                        socket.getOutputStream().write(parts[parts.length - 1].getBytes(StandardCharsets.US_ASCII));
                        Thread.onSpinWait();
                    }
                } catch (IOException e) {
                    return; // the caller has had enough
                }
            });
            sender.setDaemon(true);
            sender.start();
            HttpComponent component = context.getComponent("http", HttpComponent.class);
            component.setHttpClientConfigurer(new AnswerLimit(1L << 40, Duration.ofMillis(300), null));

            assertThatThrownBy(() -> caller.requestBody(
                            "http://127.0.0.1:" + endless.getLocalPort() + "/?x=1", null, byte[].class))
                    .isInstanceOf(CamelExecutionException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void isTheComponentOfBothSchemes(String scheme) {
        HttpComponent component = context.getComponent(scheme, HttpComponent.class);

        assertThat(component).isInstanceOf(LimitedHttp.class);
        assertThat(component
                        .getComponentPropertyConfigurer()
                        .configure(context, component, "automaticRetriesDisabled", "true", true))
                .isTrue();
        assertThat(component.isAutomaticRetriesDisabled()).isTrue();
    }

    private String ask() {
        return caller.requestBody(
                "http://127.0.0.1:" + server.getAddress().getPort() + "/?connectionRequestTimeout=2000",
                null,
                String.class);
    }
}

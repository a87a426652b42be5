package io.mediakeep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mediakeep.operate.ApiToken;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The API of the product that runs with the same settings, for commands. Goes through no proxy. Not thread-safe. */
final class RunningProduct {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();
    private final URI base;
    private final String token;

    RunningProduct(Settings settings) {
        InetSocketAddress bound = new InetSocketAddress(
                settings.text("mediakeep.http.host"), settings.number("mediakeep.http.port", 0, 65_535));
        InetAddress address = bound.getAddress() == null || bound.getAddress().isAnyLocalAddress()
                ? InetAddress.getLoopbackAddress()
                : bound.getAddress();
        String host = address.getHostAddress();
        base = URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort());
        token = ApiToken.find(settings)
                .orElseThrow(() -> new SettingException(
                        "the product", "running, or started here before", "there is no API token yet"));
    }

    /** @return the answer of the API, which was no problem */
    JsonNode get(String path) throws IOException, InterruptedException {
        return ask("GET", path);
    }

    JsonNode post(String path) throws IOException, InterruptedException {
        return ask("POST", path);
    }

    /** @throws Refusal if the API answers a problem */
    private JsonNode ask(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer;
        try {
            answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new SettingException(
                    "the product", "one that runs with these settings", "nothing answers at " + base);
        }
        JsonNode body = answer.body().startsWith("{") ? JSON.readTree(answer.body()) : JSON.createObjectNode();
        if (answer.statusCode() / 100 != 2) {
            throw new Refusal(answer.statusCode(), body.path("detail").asText("no Mediakeep answers at " + base));
        }
        return body;
    }

    /** What the API said instead of doing it. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int status;

        Refusal(int status, String detail) {
            super(detail + " (" + status + ")", null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }
}

package io.mediakeep.callback;

import io.mediakeep.signature.SignedRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Makes one value of what came over the wire, so that the headers can be dropped. Thread-safe. */
public final class CallbackIntake implements Processor {
    private static final byte[] NO_BODY = new byte[0];

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        String path = message.getHeader(Exchange.HTTP_PATH, String.class);
        SignedRequest request = new SignedRequest(
                "POST",
                path == null ? "" : path,
                message.getHeader(Exchange.HTTP_RAW_QUERY, String.class),
                lines(message.getHeaders()),
                body == null ? NO_BODY : body);
        message.setBody(request);
    }

    /** A header that came more than once has a list as its value. */
    private static Map<String, List<String>> lines(Map<String, Object> headers) {
        Map<String, List<String>> lines = new HashMap<>();
        headers.forEach((name, value) -> {
            if (value != null && !name.toLowerCase(Locale.ROOT).startsWith("camel")) {
                lines.put(
                        name,
                        value instanceof List<?> list
                                ? list.stream().map(String::valueOf).toList()
                                : List.of(value.toString()));
            }
        });
        return lines;
    }
}

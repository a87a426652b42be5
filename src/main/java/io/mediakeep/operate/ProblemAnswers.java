package io.mediakeep.operate;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/** Problem documents for requests that no route ever sees: unknown paths, wrong methods and types, bodies too large. */
public final class ProblemAnswers {
    private static final Map<Integer, String> TITLES = Map.of(
            404, "Not Found",
            405, "Method Not Allowed",
            413, "Content Too Large",
            415, "Unsupported Media Type");

    private ProblemAnswers() {}

    /** To be called when the HTTP server is there. Does nothing where it is not. */
    public static void install(CamelContext context, int port) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        if (router == null) {
            return;
        }
        TITLES.forEach((status, title) -> router.errorHandler(status, request -> {
            if (!request.response().ended()) {
                request.response()
                        .setStatusCode(status)
                        .putHeader("Content-Type", "application/problem+json")
                        .end("{\"title\":\"" + title + "\",\"status\":" + status + "}");
            }
        }));
    }
}

package io.mediakeep.demo;

import java.util.Map;

/**
 * A callback ready to be sent by a route.
 *
 * @param query without the question mark; empty where there is none
 */
public record DemoPost(DemoCallback callback, String path, String query, Map<String, String> headers, String body) {}

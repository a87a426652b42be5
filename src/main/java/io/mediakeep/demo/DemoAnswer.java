package io.mediakeep.demo;

/** What a simulated API answers; the body is JSON. */
public record DemoAnswer(int status, String body) {
    static DemoAnswer of(int status, Object body) {
        return new DemoAnswer(status, DemoJson.text(body));
    }
}

package io.mediakeep.fault;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Says at once how a case went, because a long run is long. */
final class Told implements TestWatcher {
    @Override
    public void testSuccessful(ExtensionContext context) {
        Seeds.say(name(context), "holds");
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        Seeds.say(name(context), "FAILED: " + cause);
    }

    private static String name(ExtensionContext context) {
        return context.getRequiredTestMethod().getName() + " " + context.getDisplayName();
    }
}

package io.mediakeep.settings;

/** A setting is missing or wrong. The message is one line: the setting, what was expected, what was found. */
public final class SettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingException(String setting, String expected, String found) {
        super(setting + " must be " + expected + ", but " + found);
    }
}

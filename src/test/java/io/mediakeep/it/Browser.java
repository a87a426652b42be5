package io.mediakeep.it;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A Chromium without a window, and what somebody sees in it. For one thread. */
final class Browser implements AutoCloseable {
    private static final String AXE = axe();
    /** It warns of a protocol that nothing here speaks. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private final ChromeDriver driver;
    private final List<String> complaints = new ArrayList<>();

    Browser() {
        SELENIUM.setLevel(Level.SEVERE);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions()
                .setBinary(chromium().orElseThrow().toFile())
                .addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
                .addArguments("--autoplay-policy=no-user-gesture-required", "--hide-scrollbars");
        options.setCapability("goog:loggingPrefs", logs);
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(
                                find("chromedriver").orElseThrow().toFile())
                        .usingAnyFreePort()
                        .build(),
                options);
        driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(1));
        size(1280, 900);
    }

    /** Whether there is a Chromium, and the program that drives it. */
    static boolean isInstalled() {
        return chromium().isPresent() && find("chromedriver").isPresent();
    }

    private static Optional<Path> chromium() {
        return find("chromium").or(() -> find("chromium-browser")).or(() -> find("google-chrome"));
    }

    private static Optional<Path> find(String program) {
        for (String directory : System.getenv("PATH").split(File.pathSeparator)) {
            Path file = Path.of(directory, program);
            if (Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static String axe() {
        try (InputStream script = Browser.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** A page anew, as if in another tab. */
    void open(String url) {
        driver.get("about:blank");
        driver.get(url);
    }

    String address() {
        return driver.getCurrentUrl();
    }

    /** What is written there; empty if nothing is. */
    String text(String selector) {
        return String.join("\n", texts(selector));
    }

    List<String> texts(String selector) {
        try {
            return driver.findElements(By.cssSelector(selector)).stream()
                    .filter(WebElement::isDisplayed)
                    .map(WebElement::getText)
                    .toList();
        } catch (StaleElementReferenceException e) {
            return List.of();
        }
    }

    void await(String selector, String text) {
        String[] last = {""};
        try {
            Awaitility.await()
                    .atMost(RunningMediakeep.PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> (last[0] = text(selector)).contains(text));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "'" + text + "' did not come at " + selector + ", where stands '" + last[0] + "'; the page says:\n"
                            + text("body") + "\n" + complaints(),
                    e);
        }
    }

    void awaitNone(String selector) {
        Awaitility.await(selector + " goes")
                .atMost(RunningMediakeep.PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> texts(selector).isEmpty());
    }

    void click(String selector) {
        driver.findElement(By.cssSelector(selector)).click();
    }

    void type(String selector, String text) {
        driver.findElement(By.cssSelector(selector)).sendKeys(text + Keys.ENTER);
    }

    /** Presses a key where the focus is. */
    void press(CharSequence key) {
        driver.switchTo().activeElement().sendKeys(key);
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** What the browser itself complained of since it was left: errors, and what the policy kept out. */
    List<String> complaints() {
        for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
            complaints.add(entry.getLevel() + " " + entry.getMessage());
        }
        return List.copyOf(complaints);
    }

    /** What axe finds against WCAG 2.2 A and AA: the rule, and where. */
    @SuppressWarnings("unchecked")
    List<String> barriers() {
        driver.executeScript(AXE);
        Object found = driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document, { preload: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((found) =>
                  done(found.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.target + ' ' + n.failureSummary))));
                """);
        return (List<String>) found;
    }

    /** Lets go of the page, which then asks for nothing any more. */
    void leave() {
        driver.get("about:blank");
        driver.manage().logs().get(LogType.BROWSER);
        complaints.clear();
    }

    /** Whether the page is wider than the window. */
    boolean overflows() {
        return (Boolean) run("return document.documentElement.scrollWidth > window.innerWidth");
    }

    /** The page as dark or as light. */
    void scheme(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    void shot(String name) {
        try {
            Path directory = Files.createDirectories(Path.of("target", "console"));
            Files.write(directory.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}

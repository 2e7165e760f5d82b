package sandbox;

import jakarta.servlet.Filter;
import java.io.IOException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** A Camunda 7 or Operaton engine with its REST API; settings come from SPRING_APPLICATION_JSON. */
@Configuration
@EnableAutoConfiguration
public class Engine {
    public static void main(String[] arguments) {
        endWithTheParent();
        Environment environment = SpringApplication.run(Engine.class, arguments).getEnvironment();
        System.out.println("engine listening on port " + environment.getProperty("local.server.port"));
    }

    /** The parent holds the other end of our stdin: when it dies, however it dies, the pipe ends. */
    private static void endWithTheParent() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) { }
            } catch (IOException ended) {
                // An unreadable stdin says the same as an ended one.
            }
            Runtime.getRuntime().halt(1);
        }, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** Basic auth, as the Run distributions have it; the engine's own class, named in the settings. */
    @Bean
    @ConditionalOnProperty("sandbox.auth-package")
    FilterRegistrationBean<Filter> authentication(Environment environment) throws ReflectiveOperationException {
        String home = environment.getRequiredProperty("sandbox.auth-package");
        Class<?> filter = Class.forName(home + ".ProcessEngineAuthenticationFilter");
        var bean = new FilterRegistrationBean<>((Filter) filter.getDeclaredConstructor().newInstance());
        bean.addInitParameter("authentication-provider", home + ".impl.HttpBasicAuthenticationProvider");
        bean.addUrlPatterns("/engine-rest/*");
        bean.setAsyncSupported(true);
        return bean;
    }
}

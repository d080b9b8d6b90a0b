using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TalkingMachines.Media.Speech;

namespace TalkingMachines.Serving.Web;

/// <summary>The page and the interface for programs (docs/api.md), over HTTP.</summary>
public sealed class WebServer : IAsyncDisposable
{
    static readonly TimeSpan StopTime = TimeSpan.FromMilliseconds(700), SweepTime = TimeSpan.FromMinutes(1);

    readonly WebApplication application;
    readonly PictureShelf shelf;
    readonly PuppetPainter painter = new();
    readonly ITimer sweeping;

    /// <param name="ready">Ends when the hub has warmed up; who asks for a session before that waits.</param>
    WebServer(WebOptions options, CallHub hub, SpeechSynthesizer speech, Task ready)
    {
        shelf = new PictureShelf(options.Clock);
        var gallery = new Gallery(options, painter, shelf);
        application = Build(options);
        var metrics = new ServerMetrics(hub);
        var voices = new VoiceRoster(speech.Has);
        var desks = new SessionDesks(hub, options.Assistant);
        var reception = new Reception(hub, gallery, metrics, ready, options.Clock);
        new PageFiles().Map(application);
        new InformationRoutes(hub, voices, reception, metrics, options.Model, hasAssistant: options.Assistant is not null).Map(application);
        new CharacterRoutes(gallery, painter, shelf).Map(application);
        new SessionRoutes(hub, desks, reception, options.Clock, application.Lifetime.ApplicationStopping).Map(application);
        new SpeechRoutes(desks, voices).Map(application);
        new WhepRoutes(hub, desks, reception, metrics, options.Clock, options.Note).Map(application);
        sweeping = options.Clock.CreateTimer(_ => shelf.Sweep(), null, SweepTime, SweepTime);
    }

    /// <summary>Where it listens, the port that was taken included.</summary>
    public Uri Address => new(application.Urls.First());

    /// <summary>Method and pattern of each route that is not a file of the page.</summary>
    internal IEnumerable<(string Method, string Pattern)> Routes =>
        from endpoint in ((IEndpointRouteBuilder)application).DataSources.SelectMany(each => each.Endpoints).OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<OpenToAll>() is null
        from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
        select (method, endpoint.RoutePattern.RawText!);

    /// <summary>Serves as soon as it returns.</summary>
    /// <param name="ready">Ends when the hub has warmed up; who asks for a session before that waits.</param>
    /// <exception cref="WebServerException">The port is taken, or the options make no sense.</exception>
    public static async Task<WebServer> StartAsync(WebOptions options, CallHub hub, SpeechSynthesizer speech, Task ready, CancellationToken stop = default)
    {
        options.Check();
        var server = new WebServer(options, hub, speech, ready);
        try
        {
            await server.application.StartAsync(stop);
            return server;
        }
        catch (Exception failure)
        {
            await server.DisposeAsync();
            if (failure is IOException { InnerException: AddressInUseException })
                throw new WebServerException($"Port {options.Port} is taken by another program; choose another one by --port N.", failure);
            if (failure is System.Net.Sockets.SocketException or IOException)
                throw new WebServerException($"Could not listen at {options.Listen} port {options.Port}: {failure.Message}", failure);
            throw;
        }
    }

    static WebApplication Build(WebOptions options)
    {
        // Nothing is read from files or the environment, and nothing logs.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTime);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        var application = builder.Build();
        application.Use(SafeHeaders.Add);
        application.Use(next => new ProblemAnswers(next, options.Note).InvokeAsync);
        application.UseRouting();
        application.Use(next => new AccessGuard(next, options.Token).InvokeAsync);
        application.Use(BodyLimit.Guard);
        return application;
    }

    static void Configure(KestrelServerOptions kestrel, WebOptions options)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = BodyLimit.ServerMaximum;
        limits.MaxConcurrentConnections = options.MostConnections;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.MaxRequestLineSize = 4 << 10;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(5));
        // Both loopback addresses where there are two: browsers try either for localhost.
        if (options.Port != 0 && options.Listen.Equals(IPAddress.Loopback)) kestrel.ListenLocalhost(options.Port, OnlyFirst);
        else kestrel.Listen(options.Listen, options.Port, OnlyFirst);
    }

    // Browsers speak HTTP/2 over TLS only, which is a proxy's matter.
    static void OnlyFirst(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;

    /// <summary>Listeners are told; what is still going on after a moment is cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
        await sweeping.DisposeAsync();
        painter.Dispose();
        shelf.Dispose();
    }

    /// <summary>Signals are the command line's: it stops us.</summary>
    sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

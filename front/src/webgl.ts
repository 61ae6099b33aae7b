/** What draws the map: whether there is one, and letting it start while nobody waits for it. */
const AT_MOST = 3000; // ms: a map that starts slowly is better than none
const PAUSE = 16;
const PATIENCE = 500;
const VERTEX = "#version 300 es\nin vec2 at; uniform Frame { mat4 turn; }; void main() { gl_Position = turn * vec4(at, 0.0, 1.0); }";
const FRAGMENT = "#version 300 es\nprecision highp float; out vec4 ink; void main() { ink = vec4(1.0); }";

/**
 * Whether a map can be drawn; and, if so, whatever draws it has started. Without a graphics card the first context and
 * the first shader take long, so they are asked for when the page is painted, and one shader is compiled for nobody and
 * asked after now and then: the page's own thread stays free.
 */
export async function drawable(): Promise<boolean> {
  await painted();
  const gl = context();
  await pause();
  const parallel = gl?.getExtension("KHR_parallel_shader_compile");
  if (gl && parallel) await compiled(gl, parallel);
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return gl !== null;
}

function context(): WebGL2RenderingContext | null {
  try {
    return document.createElement("canvas").getContext("webgl2");
  } catch {
    return null;
  }
}

function painted(): Promise<void> {
  return new Promise((done) => {
    const seen = new PerformanceObserver((list) => { if (list.getEntriesByName("first-contentful-paint").length) done(); });
    seen.observe({ type: "paint", buffered: true });
    setTimeout(done, PATIENCE); // a page in the background is not painted
  });
}

async function compiled(gl: WebGL2RenderingContext, parallel: { COMPLETION_STATUS_KHR: number }): Promise<void> {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  const until = performance.now() + AT_MOST;
  while (!gl.getProgramParameter(program, parallel.COMPLETION_STATUS_KHR) && performance.now() < until) await pause();
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, PAUSE));
}

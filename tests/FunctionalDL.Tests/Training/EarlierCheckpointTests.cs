namespace FunctionalDL.Tests.Training;

/// <summary>A checkpoint that the library wrote when models had one input and one output.</summary>
public class EarlierCheckpointTests
{
    /// <summary>It goes on to what it would have come to then, up to the last bits of other instruction sets.</summary>
    [Fact]
    public void An_earlier_checkpoint_is_resumed()
    {
        var model = (Model.Input(2).Dense(3) >> Layer.BatchNorm() >> Layer.Relu >> Layer.Dropout(0.25) >> Layer.Dense(1)).Initialize(3);
        float[] x = [0.1f, 0.2f, 0.3f, -0.4f, 0.5f, 0.6f, -0.7f, 0.8f, 0.9f, -1f, 0.15f, 0.25f], y = [0.3f, -0.1f, 1.1f, 0.1f, -0.1f, 0.4f];
        var data = new Dataset(Tensor.Of([6, 2], x), Tensor.Of([6, 1], y));
        var earlier = Checkpoint.Load(Path.Combine(AppContext.BaseDirectory, "Training", "earlier.checkpoint"));
        Assert.Equal([0.6580434640248617, 0.4622248609860738], earlier.History.Select(e => e.Loss));

        var optimizer = Clip.GlobalNorm(1) >> Optimizer.Adam(0.01) >> Schedule.Cosine(20);
        var run = model.Fit(data, Loss.MeanSquaredError, optimizer, 4, 2, options: new() { Resume = earlier });
        Assert.Equal(0.3556307222849379, run.History[2].Loss, 1e-6);
        Assert.Equal(0.30802951256434125, run.History[3].Loss, 1e-6);
        float[] mean = [-0.015136563f, -0.054871727f, -0.013625215f], weight = [0.5601576f, 0.25915423f, 0.08184311f];
        Assert.Equal(mean, run.Model.Parameters["batchnorm1.mean"].ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(weight, run.Model.Parameters["dense2.weight"].ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-5);
    }
}
